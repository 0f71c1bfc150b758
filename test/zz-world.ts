import { startLiveAnalysis } from '../src/pipeline/live/live-analysis.ts';
import { loadConnection } from '../src/kube/connection.ts';
import { openApi } from '../src/kube/api.ts';
import { pause as apiPause } from '../src/kube/pause.ts';
import { startControlPlane } from './cluster/harness/start-control-plane.ts';
import { setTimeout as pause } from 'node:timers/promises';
const t0=Date.now(); const say=(...a:unknown[])=>console.log(((Date.now()-t0)/1000).toFixed(1),...a);
const world = await startControlPlane({controllerManager:true, kwok:true});
for (let i=0;i<30;i++) await world.request('POST','/api/v1/nodes',{metadata:{name:`node-${i}`}});
const api = openApi(loadConnection({kubeconfig: world.kubeconfig}));
const live = startLiveAnalysis({api, secrets:false, version:'x', seed:1, salt:'s', now:Date.now, pause:apiPause, random:Math.random, onTransition:(t)=>{const f=t.standing.finding; say(t.what, f.pattern, f.severity, f.confidence, JSON.stringify(f.subject), f.fields.join(), f.writers.map(w=>`${w.kind} ${w.name} ${w.writes}`).join('; '), '| share', f.share.toFixed(2), f.shareWithConsequences.toFixed(2), JSON.stringify(f.evidence))}});
await live.synced; say('synced');
const dep=(name:string,replicas:number,image:string,ns='default')=>({apiVersion:'apps/v1',kind:'Deployment',metadata:{name,namespace:ns},spec:{replicas,selector:{matchLabels:{app:name}},template:{metadata:{labels:{app:name}},spec:{nodeName:`node-1`,containers:[{name:'web',image}]}}}});
await world.request('POST','/apis/apps/v1/namespaces/default/deployments',dep('rolling',60,'a:1'));
await world.request('POST','/apis/apps/v1/namespaces/default/deployments',dep('scaled',1,'a:1'));
for (const ns of ['jobs','events']) await world.request('POST','/api/v1/namespaces',{metadata:{name:ns}});
await pause(12000);
say('rollout');
await world.request('PATCH','/apis/apps/v1/namespaces/default/deployments/rolling',{spec:{template:{spec:{containers:[{name:'web',image:'a:2'}]}}}},{fieldManager:'ci'});
const loud = process.argv[2]==='loud';
let on=true; const cron=await world.request('POST','/apis/batch/v1/namespaces/jobs/cronjobs',{metadata:{name:'sync'},spec:{suspend:true,schedule:'* * * * *',jobTemplate:{spec:{template:{spec:{restartPolicy:'Never',containers:[{name:'m',image:'x'}]}}}}}});
const every=async(ms:number,f:(i:number)=>Promise<unknown>)=>{for(let i=0;on;i++){await f(i).catch(e=>say(String(e).slice(0,200)));await pause(ms);}};
const ls=[
 every(8000,i=>world.request('PATCH','/apis/apps/v1/namespaces/default/deployments/scaled/scale',{spec:{replicas:(i%6)+1}},{fieldManager:'hpa'})),
];
if (loud) ls.push(
 every(600,i=>world.request('POST','/apis/batch/v1/namespaces/jobs/jobs',{metadata:{name:`sync-${i}`,ownerReferences:[{apiVersion:'batch/v1',kind:'CronJob',name:'sync',uid:cron.metadata.uid,controller:true}]},spec:{ttlSecondsAfterFinished:5,template:{spec:{nodeName:'node-2',restartPolicy:'Never',containers:[{name:'m',image:'x'}]}}}})),
 every(150,i=>i%2?world.request('POST','/api/v1/namespaces/events/events',{metadata:{name:`e-${i}`},involvedObject:{kind:'Pod',apiVersion:'v1',name:'web-1',namespace:'events'},reason:'BackOff',type:'Warning',message:`m ${i}`,source:{component:'noisy'},reportingComponent:'noisy',firstTimestamp:new Date().toISOString(),lastTimestamp:new Date().toISOString()}):world.request('POST','/apis/events.k8s.io/v1/namespaces/events/events',{metadata:{name:`f-${i}`},regarding:{kind:'Pod',apiVersion:'v1',name:'web-1',namespace:'events'},reason:'BackOff',type:'Warning',note:`m ${i}`,action:'x',reportingController:'noisy',reportingInstance:'n',eventTime:new Date().toISOString().replace('Z','000Z')})),
);
await pause(75000);
on=false; await Promise.all(ls);
const r=live.report(8); await pause(3000);
say(JSON.stringify(r.coverage.counted), r.coverage.growth, r.totals.writes, JSON.stringify(r.resources.map(x=>[x.prefix,x.writes,x.deletes,x.liveKeys])));
say(r.findings.map(f=>[f.pattern,f.severity,f.subject.name,f.share]), live.status().fullWatches, live.status().lastLookMs, process.memoryUsage().rss/1e6);
live.stop(); await api.close(); await world.stop();
