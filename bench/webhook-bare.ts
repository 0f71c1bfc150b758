// What the webhook is measured against: express over HTTPS that parses a review and answers it, and nothing else.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';

const [cert = '', key = '', port = ''] = process.argv.slice(2);
const app = express();
app.post('/admit', express.json({ limit: '8mb' }), (request, response) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the load below sends nothing else
  const { request: asked } = request.body as { readonly request: { readonly uid: string } };
  response.json({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: asked.uid, allowed: true },
  });
});
createServer(
  { cert: readFileSync(cert), key: readFileSync(key), keepAliveTimeout: 100_000 },
  (request, response) => void app(request, response),
).listen(Number(port), '127.0.0.1', () => console.error('webhook serves'));
process.on('SIGTERM', () => process.exit(0));
