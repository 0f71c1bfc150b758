import { spawn, execFileSync, spawnSync } from 'node:child_process';
import { startControlPlane } from './cluster/harness/start-control-plane.ts';
import { setTimeout as pause } from 'node:timers/promises';
const world = await startControlPlane({});
const env = {...process.env, KUBECONFIG: world.kubeconfig};
const cms='/api/v1/namespaces/default/configmaps';
await world.request('POST', cms, {metadata:{name:'a'},data:{x:'0'}});
const a = spawn('dist/kubechurn', ['analyzer','--api-port','19445','--health-port','0','--requests-port','0','-n','default','--quota','2GiB'], {env, stdio:['ignore','inherit','inherit']});
const apply=(n:string,v:string)=>world.request('PATCH', `${cms}/a?force=true`, {apiVersion:'v1',kind:'ConfigMap',metadata:{name:'a'},data:{x:v}}, {fieldManager:n,contentType:'application/apply-patch+yaml'});
await pause(3000);
for (let i=0;i<60;i++){ await apply(i%2?'flux':'argo', i%2?'1':'2'); await pause(200);}
const run=(...args:string[])=>{const t=Date.now(); const r=spawnSync('dist/kubechurn',args,{env,encoding:'utf8'}); console.log('$',args.join(' '),r.status, Date.now()-t); console.log(r.stdout.slice(0,2500), r.stderr);};
run('top','--analyzer','http://127.0.0.1:19445','-A');
run('top','--analyzer','http://127.0.0.1:19445','-n','default','-o','wide','--no-headers');
run('triage','--analyzer','http://127.0.0.1:19445');
console.log(execFileSync('curl',['-s','http://127.0.0.1:19445/v1/status'],{encoding:'utf8'}).slice(0,600));
console.log(execFileSync('grep',['VmRSS','/proc/'+a.pid+'/status'],{encoding:'utf8'}));
a.kill('SIGTERM'); const t=Date.now(); await new Promise(r=>a.on('exit',(c)=>{console.log('exit',c,Date.now()-t);r(0)}));
await world.stop();
