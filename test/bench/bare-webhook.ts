import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

// The least that a webhook in Node can do: whatever is asked is allowed. Arguments: the files with certificate and key.
// Prints its port, and a second line when it was called.
const [certificate = '', key = ''] = process.argv.slice(2);
const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as {
        apiVersion: string;
        request: { uid: string };
      };
      const { apiVersion } = asked;
      const answer = {
        apiVersion,
        kind: 'AdmissionReview',
        response: { uid: asked.request.uid, allowed: true },
      };
      const body = JSON.stringify(answer);
      response
        .writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
        .end(body);
    });
  },
);
server.once('request', () => void process.stdout.write('called\n'));
server.keepAliveTimeout = 90_000;
server.listen(0, () => {
  const address = server.address();
  process.stdout.write(`${String(typeof address === 'object' ? address?.port : '')}\n`);
});
