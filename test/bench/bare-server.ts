import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// The least that a Node server can do: the same bytes, whatever is asked. Arguments: the file with them.
const body = readFileSync(process.argv[2] ?? '');
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${String(typeof address === 'object' ? address?.port : '')}\n`);
});
