package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

type marshaler interface{ Marshal() ([]byte, error) }

// stored is a built-in object as kube-apiserver hands it to etcd: a magic number, then runtime.Unknown.
func stored(apiVersion, kind string, object marshaler) []byte {
	envelope := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: apiVersion, Kind: kind}, Raw: must(object.Marshal())}
	return append([]byte("k8s\x00"), must(envelope.Marshal())...)
}

func uid(random *rand.Rand) types.UID {
	return types.UID(fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<12), random.IntN(1<<12), random.Int64N(1<<48)))
}

const alphabet = "bcdfghjklmnpqrstvwxz2456789" // of generated names, as in apimachinery's util/rand

func suffix(random *rand.Rand, length int) string {
	out := make([]byte, length)
	for i := range out {
		out[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(out)
}

func managed(manager, subresource, fields string, at time.Time) meta.ManagedFieldsEntry {
	stamp := meta.NewTime(at)
	return meta.ManagedFieldsEntry{Manager: manager, Operation: meta.ManagedFieldsOperationUpdate, APIVersion: "v1", Time: &stamp,
		FieldsType: "FieldsV1", FieldsV1: &meta.FieldsV1{Raw: []byte(fields)}, Subresource: subresource}
}

const podSpecFields = `{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"7c0c8a2e-51f4-4f0e-9d5b-3c1f0a4f1e77\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}`

const podStatusFields = `{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:startTime":{}}}`

func pod(namespace, name, owner string, ownerUID, id types.UID, step int, at time.Time) []byte {
	yes, grace := true, int64(30)
	born, now := meta.NewTime(at), meta.NewTime(at.Add(time.Duration(step)*time.Second))
	quantities := core.ResourceList{"cpu": resource.MustParse("250m"), "memory": resource.MustParse("256Mi")}
	environment := make([]core.EnvVar, 8)
	for i := range environment {
		environment[i] = core.EnvVar{Name: fmt.Sprintf("SETTING_%d", i), Value: fmt.Sprintf("postgres://%s-%d.%s.svc:5432/%s", owner, i, namespace, owner)}
	}
	condition := func(kind core.PodConditionType, from int) core.PodCondition {
		status := core.ConditionFalse
		if step >= from {
			status = core.ConditionTrue
		}
		return core.PodCondition{Type: kind, Status: status, LastTransitionTime: now}
	}
	p := &core.Pod{
		ObjectMeta: meta.ObjectMeta{Name: name, GenerateName: owner + "-", Namespace: namespace, UID: id, CreationTimestamp: born,
			Labels:          map[string]string{"app": owner, "pod-template-hash": "7d9f8c5b6d", "team": namespace},
			OwnerReferences: []meta.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: owner, UID: ownerUID, Controller: &yes, BlockOwnerDeletion: &yes}},
			ManagedFields:   []meta.ManagedFieldsEntry{managed("kube-controller-manager", "", podSpecFields, at), managed("kubelet", "status", podStatusFields, now.Time)}},
		Spec: core.PodSpec{RestartPolicy: core.RestartPolicyAlways, TerminationGracePeriodSeconds: &grace, DNSPolicy: core.DNSClusterFirst, ServiceAccountName: "default", NodeName: fmt.Sprintf("worker-%d", len(name)%9), SchedulerName: "default-scheduler",
			Containers: []core.Container{{Name: "web", Image: "registry.example.com/shop/" + owner + ":1.42.0", ImagePullPolicy: core.PullIfNotPresent, Env: environment,
				Resources: core.ResourceRequirements{Limits: quantities, Requests: quantities}, TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: core.TerminationMessageReadFile}}},
		Status: core.PodStatus{Phase: core.PodPending, QOSClass: core.PodQOSGuaranteed, HostIP: "10.4.0.17", StartTime: &born,
			Conditions: []core.PodCondition{condition(core.PodScheduled, 1), condition(core.PodInitialized, 2), condition(core.ContainersReady, 3), condition(core.PodReady, 3)}},
	}
	if step >= 3 {
		p.Status.Phase, p.Status.PodIP = core.PodRunning, "10.244.3.91"
		p.Status.ContainerStatuses = []core.ContainerStatus{{Name: "web", Ready: true, RestartCount: int32(step - 3), Image: "registry.example.com/shop/" + owner + ":1.42.0",
			ImageID: "registry.example.com/shop@sha256:6b1d0c5f2f5d3c9a7e8b4d1f0a2c3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5", State: core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: now}}}}
	}
	return stored("v1", "Pod", p)
}

func event(namespace, name, about string, aboutUID, id types.UID, count int32, at time.Time) []byte {
	stamp := meta.NewTime(at)
	return stored("v1", "Event", &core.Event{
		ObjectMeta: meta.ObjectMeta{Name: name, Namespace: namespace, UID: id, CreationTimestamp: stamp,
			ManagedFields: []meta.ManagedFieldsEntry{managed("kubelet", "", `{"f:count":{},"f:firstTimestamp":{},"f:involvedObject":{},"f:lastTimestamp":{},"f:message":{},"f:reason":{},"f:reportingComponent":{},"f:reportingInstance":{},"f:source":{"f:component":{},"f:host":{}},"f:type":{}}`, at)}},
		InvolvedObject: core.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: namespace, Name: about, UID: aboutUID, FieldPath: "spec.containers{web}"},
		Reason:         "Unhealthy", Type: core.EventTypeWarning, Message: "Readiness probe failed: Get \"http://10.244.3.91:8080/ready\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
		Source: core.EventSource{Component: "kubelet", Host: "worker-3"}, FirstTimestamp: stamp, LastTimestamp: stamp, Count: count, ReportingController: "kubelet", ReportingInstance: "worker-3",
	})
}

// smallEvent is as short as an event gets.
func smallEvent(at time.Time) []byte {
	stamp := meta.NewTime(at)
	return stored("v1", "Event", &core.Event{ObjectMeta: meta.ObjectMeta{Name: "web", Namespace: "team", CreationTimestamp: stamp},
		InvolvedObject: core.ObjectReference{Kind: "Pod", Namespace: "team", Name: "web"}, Reason: "BackOff", Type: core.EventTypeWarning, Count: 1, LastTimestamp: stamp, Source: core.EventSource{Component: "kubelet"}})
}

func lease(namespace, name string, id types.UID, born, at time.Time) []byte {
	seconds := int32(40)
	renewed := meta.NewMicroTime(at)
	return stored("coordination.k8s.io/v1", "Lease", &coordination.Lease{
		ObjectMeta: meta.ObjectMeta{Name: name, Namespace: namespace, UID: id, CreationTimestamp: meta.NewTime(born),
			ManagedFields: []meta.ManagedFieldsEntry{managed("kubelet", "", `{"f:metadata":{"f:ownerReferences":{}},"f:spec":{"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:renewTime":{}}}`, at)}},
		Spec: coordination.LeaseSpec{HolderIdentity: &name, LeaseDurationSeconds: &seconds, RenewTime: &renewed},
	})
}

// report is a custom resource, so JSON with sorted keys: what a policy engine notes about one object.
func report(kind, namespace, name string, ownerName string, ownerUID, id types.UID, results int, at time.Time) []byte {
	stamp := at.UTC().Format(time.RFC3339)
	checks := make([]any, results)
	for i := range checks {
		checks[i] = map[string]any{"category": "Pod Security", "message": fmt.Sprintf("validation rule 'autogen-check-%d' passed for %s", i, ownerName), "policy": fmt.Sprintf("require-setting-%d", i),
			"result": "pass", "rule": fmt.Sprintf("autogen-check-%d", i), "scored": true, "severity": "medium", "source": "kyverno", "timestamp": map[string]any{"nanos": 0, "seconds": at.Unix()}}
	}
	body := map[string]any{
		"apiVersion": "reports.kyverno.io/v1", "kind": kind,
		"metadata": map[string]any{"creationTimestamp": stamp, "generation": 1, "name": name, "namespace": namespace, "uid": string(id),
			"labels":          map[string]any{"app.kubernetes.io/managed-by": "kyverno", "audit.kyverno.io/resource.hash": suffix(nothing, 4), "audit.kyverno.io/source": "admission"},
			"managedFields":   []any{map[string]any{"apiVersion": "reports.kyverno.io/v1", "fieldsType": "FieldsV1", "fieldsV1": map[string]any{"f:spec": map[string]any{"f:results": map[string]any{}, "f:summary": map[string]any{}}}, "manager": "reports-controller", "operation": "Update", "time": stamp}},
			"ownerReferences": []any{map[string]any{"apiVersion": "v1", "kind": "Pod", "name": ownerName, "uid": string(ownerUID)}}},
		"spec": map[string]any{"owner": map[string]any{"apiVersion": "v1", "kind": "Pod", "name": ownerName, "uid": string(ownerUID)}, "results": checks,
			"summary": map[string]any{"error": 0, "fail": 0, "pass": results, "skip": 0, "warn": 0}},
	}
	return must(json.Marshal(body))
}
