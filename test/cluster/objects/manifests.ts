import type { JsonObject } from '../../../src/model/json.ts';

/** One of every built-in kind the API lets one create, rich in the shapes that are stored in their own way. */
export interface Manifest {
  /** Of the collection: `/api/v1/namespaces/shop/pods`. */
  readonly path: string;
  readonly object: JsonObject;
  /** Sent to `/status` afterwards. */
  readonly status?: JsonObject;
}

const namespace = 'shop';
const labels = { app: 'web' };
const template = {
  metadata: { labels, annotations: { 'example.com/note': 'ü' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:1',
        command: ['sh', '-c', ''],
        ports: [{ containerPort: 80, name: 'http' }],
        env: [
          { name: 'A', value: '' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        resources: { requests: { cpu: '0.25', memory: '1Gi' }, limits: { cpu: 1 } },
        livenessProbe: { httpGet: { path: '/', port: 'http' }, initialDelaySeconds: 3 },
        readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 },
        lifecycle: { preStop: { exec: { command: ['true'] } } },
        securityContext: { runAsNonRoot: true, runAsUser: 0, privileged: false },
        volumeMounts: [{ name: 'config', mountPath: '/config', readOnly: true }],
      },
    ],
    volumes: [
      { name: 'config', configMap: { name: 'settings', items: [{ key: 'a', path: 'a', mode: 256 }] } },
      { name: 'scratch', emptyDir: {} },
      { name: 'tokens', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] } },
    ],
    tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 }],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } },
    ],
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] },
    },
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
  },
};
const jobTemplate = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: labels };
const now = '2026-01-02T03:04:05Z';
const nowMicro = '2026-01-02T03:04:05.000678Z';

function of(
  apiVersion: string,
  kind: string,
  plural: string,
  rest: JsonObject,
  name = 'one',
  status?: JsonObject,
): Manifest {
  return make(apiVersion, kind, plural, namespace, rest, name, status);
}

function cluster(
  apiVersion: string,
  kind: string,
  plural: string,
  rest: JsonObject,
  name = 'one',
  status?: JsonObject,
): Manifest {
  return make(apiVersion, kind, plural, undefined, rest, name, status);
}

function make(
  apiVersion: string,
  kind: string,
  plural: string,
  inNamespace: string | undefined,
  rest: JsonObject,
  name: string,
  status?: JsonObject,
): Manifest {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const path = inNamespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${inNamespace}/${plural}`;
  const metadata = {
    name,
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    labels,
    annotations: { 'example.com/empty': '', 'example.com/quote': '"\n<ü>' },
  };
  return { path, object: { apiVersion, kind, metadata, ...rest }, ...(status ? { status } : {}) };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

const core: readonly Manifest[] = [
  cluster('v1', 'Namespace', 'namespaces', {}, namespace),
  of('v1', 'ConfigMap', 'configmaps', {
    data: { a: 'x', ['__proto__']: 'odd', empty: '' },
    binaryData: { b: 'AAH/' },
    immutable: false,
  }),
  of('v1', 'Secret', 'secrets', { type: 'Opaque', data: { password: base64('never shown'), empty: '' } }),
  of('v1', 'Endpoints', 'endpoints', {
    subsets: [
      {
        addresses: [{ ip: '10.1.2.3', nodeName: 'n', targetRef: { kind: 'Pod', name: 'p', namespace } }],
        ports: [{ port: 80 }],
      },
    ],
  }),
  of('v1', 'Event', 'events', {
    involvedObject: { kind: 'Pod', namespace, name: 'web-1', uid: 'u', apiVersion: 'v1' },
    reason: 'BackOff',
    message: 'Back-off restarting',
    type: 'Warning',
    count: 3,
    source: { component: 'kubelet', host: 'n' },
    firstTimestamp: now,
    lastTimestamp: now,
  }),
  of(
    'events.k8s.io/v1',
    'Event',
    'events',
    {
      regarding: { kind: 'Pod', namespace, name: 'web-1', apiVersion: 'v1' },
      reason: 'Scheduled',
      action: 'Binding',
      type: 'Normal',
      eventTime: nowMicro,
      reportingController: 'example.com/scheduler',
      reportingInstance: 'one',
      series: { count: 2, lastObservedTime: nowMicro },
    },
    'newer',
  ),
  of('v1', 'LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'Container', default: { cpu: '500m' }, max: { cpu: '2' } }] },
  }),
  cluster(
    'v1',
    'Node',
    'nodes',
    { spec: { podCIDR: '10.2.0.0/24', podCIDRs: ['10.2.0.0/24'], taints: [{ key: 'k', effect: 'NoSchedule' }] } },
    'one',
    {
      capacity: { cpu: '8', memory: '16Gi', pods: '110' },
      conditions: [
        { type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now, reason: 'R', message: '' },
      ],
      addresses: [{ type: 'InternalIP', address: '10.3.0.1' }],
      images: [{ names: ['web:1'], sizeBytes: 123456789012 }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    },
  ),
  cluster('v1', 'PersistentVolume', 'persistentvolumes', {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/data' },
      claimRef: { namespace, name: 'one' },
    },
  }),
  of('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
  }),
  of('v1', 'Pod', 'pods', { spec: { ...template.spec, serviceAccountName: 'default' } }, 'one', {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: now }],
    containerStatuses: [
      {
        name: 'web',
        ready: false,
        restartCount: 7,
        image: 'web:1',
        imageID: '',
        started: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, startedAt: now, finishedAt: null } },
      },
    ],
    podIPs: [{ ip: '10.1.0.9' }],
    podIP: '10.1.0.9',
    startTime: now,
  }),
  of('v1', 'PodTemplate', 'podtemplates', { template }),
  of('v1', 'ReplicationController', 'replicationcontrollers', { spec: { replicas: 0, selector: labels, template } }),
  of('v1', 'ResourceQuota', 'resourcequotas', { spec: { hard: { pods: '1k', 'requests.memory': '1.5Gi' } } }, 'one', {
    hard: { pods: '1k' },
    used: { pods: '0' },
  }),
  of('v1', 'Service', 'services', {
    spec: {
      selector: labels,
      ports: [
        { name: 'a', port: 80, targetPort: 'http' },
        { name: 'b', port: 81, targetPort: 8081 },
      ],
    },
  }),
  of('v1', 'Service', 'services', { spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }] } }, 'two'),
  of('v1', 'ServiceAccount', 'serviceaccounts', {
    secrets: [{ name: 's' }],
    imagePullSecrets: [{ name: 'p' }],
    automountServiceAccountToken: false,
  }),
];

const workloads: readonly Manifest[] = [
  of('apps/v1', 'ControllerRevision', 'controllerrevisions', {
    revision: 3,
    data: { spec: { template: { $patch: 'replace', n: 1.5 } } },
  }),
  of('apps/v1', 'DaemonSet', 'daemonsets', {
    spec: { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } },
  }),
  of(
    'apps/v1',
    'Deployment',
    'deployments',
    { spec: { replicas: 0, selector, template, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } },
    'one',
    {
      observedGeneration: 1,
      conditions: [{ type: 'Available', status: 'True', lastUpdateTime: now, lastTransitionTime: now }],
    },
  ),
  of('apps/v1', 'ReplicaSet', 'replicasets', { spec: { selector, template } }),
  of('apps/v1', 'StatefulSet', 'statefulsets', {
    spec: {
      selector,
      template,
      serviceName: 'one',
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }),
  of('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'one' },
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } },
    },
  }),
  of(
    'batch/v1',
    'CronJob',
    'cronjobs',
    { spec: { schedule: '* * * * *', suspend: true, jobTemplate: { spec: { template: jobTemplate } } } },
    'one',
    { lastScheduleTime: now },
  ),
  of('batch/v1', 'Job', 'jobs', { spec: { suspend: true, template: jobTemplate } }),
  of('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { spec: { selector, maxUnavailable: '50%' } }, 'one', {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
    disruptedPods: { 'web-1': now },
  }),
  cluster('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', { value: -5 }),
  of('scheduling.k8s.io/v1alpha2', 'Workload', 'workloads', {
    spec: { podGroupTemplates: [{ name: 'g', schedulingPolicy: { gang: { minCount: 2 } } }] },
  }),
  of('scheduling.k8s.io/v1alpha2', 'PodGroup', 'podgroups', { spec: { schedulingPolicy: { gang: { minCount: 2 } } } }),
];

const network: readonly Manifest[] = [
  of('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.9'], conditions: { ready: false }, hints: { forZones: [{ name: 'z' }] } }],
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
  }),
  of('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', { addressType: 'IPv6', endpoints: [] }, 'bare'),
  of('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    spec: {
      rules: [
        {
          host: 'a.example.com',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'one', port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  cluster('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', { spec: { controller: 'example.com/c' } }),
  cluster(
    'networking.k8s.io/v1',
    'IPAddress',
    'ipaddresses',
    { spec: { parentRef: { group: '', resource: 'services', namespace, name: 'one' } } },
    '192.168.7.7',
  ),
  cluster('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', { spec: { cidrs: ['10.9.0.0/24'] } }),
  of('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{}],
      egress: [
        {
          to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
          ports: [{ port: 'http' }, { port: 1, endPort: 9 }],
        },
      ],
    },
  }),
];

const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://127.0.0.1:1/x', caBundle: '' },
  rules: [rule],
  failurePolicy: 'Ignore',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  namespaceSelector: { matchLabels: { never: 'matches' } },
  matchConditions: [{ name: 'c', expression: 'false' }],
};
const mutation = {
  patchType: 'JSONPatch',
  jsonPatch: { expression: '[JSONPatch{op: "test", path: "/a", value: "b"}]' },
};

const control: readonly Manifest[] = [
  cluster('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    webhooks: [webhook],
  }),
  cluster('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    webhooks: [{ ...webhook, reinvocationPolicy: 'IfNeeded' }],
  }),
  cluster('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
    spec: {
      failurePolicy: 'Ignore',
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'true', message: 'm' }],
      variables: [{ name: 'v', expression: '1' }],
    },
  }),
  cluster('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
    spec: { policyName: 'absent', validationActions: ['Audit'] },
  }),
  cluster('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', {
    spec: {
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      matchConstraints: { resourceRules: [rule] },
      mutations: [mutation],
    },
  }),
  cluster('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings', {
    spec: { policyName: 'absent' },
  }),
  cluster(
    'apiregistration.k8s.io/v1',
    'APIService',
    'apiservices',
    {
      spec: {
        group: 'metrics.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace, name: 'absent', port: 443 },
      },
    },
    'v1.metrics.example.com',
  ),
  cluster(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    {
      spec: {
        group: 'apps.example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
    'widgets.apps.example.com',
  ),
  of('coordination.k8s.io/v1', 'Lease', 'leases', {
    spec: { holderIdentity: '', leaseDurationSeconds: 40, renewTime: nowMicro },
  }),
  of('coordination.k8s.io/v1beta1', 'LeaseCandidate', 'leasecandidates', {
    spec: {
      leaseName: 'one',
      strategy: 'OldestEmulationVersion',
      binaryVersion: '1.36.0',
      emulationVersion: '1.36.0',
      renewTime: nowMicro,
    },
  }),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', {
    spec: {
      matchingPrecedence: 9000,
      priorityLevelConfiguration: { name: 'one' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'u' } }],
          nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
        },
      ],
    },
  }),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', {
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Reject' } } },
  }),
  cluster('internal.apiserver.k8s.io/v1alpha1', 'StorageVersion', 'storageversions', { spec: {} }, 'apps.things'),
  cluster('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', { handler: 'h', overhead: { podFixed: { cpu: '10m' } } }),
  cluster('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', { rules: [] }),
  cluster(
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    'clusterroles',
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] }, rules: [] },
    'two',
  ),
  cluster('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'one' },
    subjects: [{ kind: 'User', name: 'u' }],
  }),
  of('rbac.authorization.k8s.io/v1', 'Role', 'roles', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  of('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
  }),
  cluster('storagemigration.k8s.io/v1beta1', 'StorageVersionMigration', 'storageversionmigrations', {
    spec: { resource: { group: 'apps', resource: 'deployments' } },
  }),
];

const storage: readonly Manifest[] = [
  cluster('storage.k8s.io/v1', 'StorageClass', 'storageclasses', {
    provisioner: 'example.com/p',
    parameters: { a: 'b' },
    mountOptions: ['ro'],
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }],
  }),
  cluster('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', {
    spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 600 }] },
  }),
  cluster('storage.k8s.io/v1', 'CSINode', 'csinodes', {
    spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['zone'], allocatable: { count: 0 } }] },
  }),
  of('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', {
    storageClassName: 'one',
    capacity: '1Ti',
    nodeTopology: { matchLabels: labels },
  }),
  cluster(
    'storage.k8s.io/v1',
    'VolumeAttachment',
    'volumeattachments',
    { spec: { attacher: 'a', nodeName: 'one', source: { persistentVolumeName: 'one' } } },
    'one',
    {
      attached: true,
      attachmentMetadata: { path: '/dev/x' },
      attachError: { time: now, message: 'm' },
    },
  ),
  cluster('storage.k8s.io/v1', 'VolumeAttributesClass', 'volumeattributesclasses', {
    driverName: 'd',
    parameters: { a: 'b' },
  }),
  cluster('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses', {
    spec: {
      selectors: [{ cel: { expression: 'true' } }],
      config: [{ opaque: { driver: 'd.example.com', parameters: { mode: 'fast', n: [1, 2.5, null] } } }],
    },
  }),
  cluster('resource.k8s.io/v1beta2', 'DeviceTaintRule', 'devicetaintrules', {
    spec: { deviceSelector: { driver: 'd.example.com' }, taint: { key: 'k', effect: 'NoSchedule', timeAdded: now } },
  }),
  of('resource.k8s.io/v1', 'ResourceClaim', 'resourceclaims', {
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'one', count: 2 } }] } },
  }),
  of('resource.k8s.io/v1', 'ResourceClaimTemplate', 'resourceclaimtemplates', {
    metadata: { name: 'one', namespace },
    spec: {
      metadata: { labels },
      spec: { devices: { requests: [{ name: 'r', firstAvailable: [{ name: 's', deviceClassName: 'one' }] }] } },
    },
  }),
  cluster('resource.k8s.io/v1alpha3', 'ResourcePoolStatusRequest', 'resourcepoolstatusrequests', {
    spec: { driver: 'd.example.com' },
  }),
  cluster('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices', {
    spec: {
      driver: 'd.example.com',
      nodeName: 'one',
      pool: { name: 'p', generation: 0, resourceSliceCount: 1 },
      devices: [
        {
          name: 'dev',
          attributes: { a: { int: 5 }, b: { bool: false }, c: { string: '' }, d: { version: '1.0.0' } },
          capacity: { memory: { value: '1Gi' } },
        },
      ],
    },
  }),
];

// The private keys were thrown away.
const certificateRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHKMHECAQAwDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABJcakmz5OYMDU6Fjh5meMBgh1OGUFrNb6sUazWZlDU6klNWUQUZ++X+o7ycw
xe7xYJm6yKs5xjdPFbcH8+6EsSOgADAKBggqhkjOPQQDAgNJADBGAiEAzwKNdvIF
DL7+Jh6J6dZcibQFYaIuCytEEEFrSAlt2K8CIQCxGspXRJjBUUeRFCn/WVQHR7ms
SdUNja8/I/j2bs6R8Q==
-----END CERTIFICATE REQUEST-----
`;
const trustBundle = `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUSH0cfn0JzQyFVyo03ilpBRxUZZ4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExNTA5NTdaGA8yMTI2MTAyODE1MDk1
N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAZ7
NXkdl9k+rT5R8zW0gRf7Znd6j9k3RIbNZn/boJ4yBeIIEIWpIk0WnqV8bWpkw6Um
OnZr1N2wHuvlGXikFY6jUzBRMB0GA1UdDgQWBBQODZBJhFpN1jL5YNvUPjzgDGeb
KDAfBgNVHSMEGDAWgBQODZBJhFpN1jL5YNvUPjzgDGebKDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCyk4pR3FoPnB+wqaLADu4/TjZpGxjAfhZc
uJ9G1Cia9QIhAIfvPjL+OzG5s0ziEqgIIpIu/6B0A1+d+HEsutVJ67JW
-----END CERTIFICATE-----
`;

const certificates: readonly Manifest[] = [
  cluster('certificates.k8s.io/v1beta1', 'ClusterTrustBundle', 'clustertrustbundles', { spec: { trustBundle } }),
  cluster('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', {
    spec: {
      request: base64(certificateRequest),
      signerName: 'example.com/signer',
      usages: ['client auth'],
      expirationSeconds: 600,
    },
  }),
];

const custom = of('apps.example.com/v1', 'Widget', 'widgets', {
  spec: { text: 'ü', n: 1.5, list: [1, null, { b: [], a: {} }] },
  status: {},
});

/** In an order in which each finds what it refers to. */
export const manifests: readonly Manifest[] = [
  ...core,
  ...workloads,
  ...network,
  ...control,
  ...storage,
  ...certificates,
  custom,
];
