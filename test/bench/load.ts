import { Agent, request } from 'node:http';

/** A request that is sent again and again. */
export interface Shot {
  url: string;
  headers: Record<string, string>;
  /** The status that counts as right. */
  status: number;
}

/** What a round of load came to. */
export interface Round {
  /** In milliseconds, one for each answer. */
  timings: number[];
  seconds: number;
}

/** Sends one request after the other over each of so many kept connections. @throws when an answer is not as expected */
export async function load(shot: Shot, connections: number, seconds: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const timings: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const before = performance.now();
      await send(agent, shot);
      timings.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { timings, seconds: (performance.now() - start) / 1000 };
}

async function send(agent: Agent, { url, headers, status }: Shot): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === status) resolve();
        else reject(new Error(`${url} answered ${String(response.statusCode)} instead of ${status}`));
      });
    })
      .once('error', reject)
      .end();
  });
}

/** Runs a task so many times, so many at once, and gives how long each took, in milliseconds. */
export async function timeEach(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<void>,
): Promise<number[]> {
  const timings: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const before = performance.now();
      await task(index);
      timings.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return timings;
}
