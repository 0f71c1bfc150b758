import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { forwardPort } from '../../src/kube/port-forward.ts';
import { findAnalyzer, reachPod } from '../../src/pipeline/cluster/reach-analyzer.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startKubelet, type KubeletStandIn } from './harness/kubelet-stand-in.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

jest.setTimeout(120_000); // for machines that are busy

/** More than any buffer on the way. */
const large = 'x'.repeat(3_000_000);

describeWith(programsFor({}), 'a port-forward through a real API server to the stand-in of a kubelet', () => {
  let world: ControlPlane;
  let kubelet: KubeletStandIn;
  let api: KubeApi;
  /** In place of what listens within a pod. */
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify({ path: request.url, large }));
    let size = 0;
    request.on('data', (piece: Buffer) => (size += piece.length));
    request.on('end', () => response.end(String(size)));
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    world = await startControlPlane();
    kubelet = await startKubelet(world);
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    const labels = { 'app.kubernetes.io/name': 'kubechurn', 'app.kubernetes.io/component': 'analyzer' };
    await kubelet.runPod({
      ...{ namespace: 'default', name: 'analyzer-1', labels },
      ports: { 9445: (server.address() as AddressInfo).port },
    });
  });
  afterAll(async () => {
    await api.close();
    await kubelet.close();
    await world.stop();
    server.closeAllConnections();
    server.close();
  });

  it('leads to the analyzer that is ready', async () => {
    const target = await findAnalyzer(api);
    expect(target).toEqual({ namespace: 'default', pod: 'analyzer-1', port: 9445 });
    const analyzer = await reachPod(api, target!);
    expect(await analyzer.get('/v1/status')).toEqual({ path: '/v1/status', large });
    analyzer.close();
    expect(kubelet.asked).toContain('default/analyzer-1:9445');
  });

  it('carries megabytes both ways, over several connections at a time', async () => {
    const forwarded = await forwardPort(api.connection, { namespace: 'default', pod: 'analyzer-1', port: 9445 });
    const post = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${forwarded.port}/`, { method: 'POST', body: large });
      return response.text();
    };
    expect(await Promise.all([post(), post(), post()])).toEqual(Array.from({ length: 3 }, () => String(large.length)));
    forwarded.close();
  });

  it('says why there is no connection', async () => {
    const nowhere = await reachPod(api, { namespace: 'default', pod: 'analyzer-1', port: 1 });
    await expect(nowhere.get('/')).rejects.toMatchObject({
      code: 'ANALYZER_SILENT',
      message: expect.stringContaining('nothing listens at port 1 of this pod'),
    });
    nowhere.close();
    const nobody = await reachPod(api, { namespace: 'default', pod: 'not-there', port: 1 });
    await expect(nobody.get('/')).rejects.toMatchObject({
      code: 'ANALYZER_SILENT',
      message: expect.stringContaining('404'),
    });
    nobody.close();
  });
});
