// Writes a database as etcd would leave it, without etcd: the two inputs of the bench.
//
//	make-database churn FILE   1,000,000 revisions, about 2 GB, 264,000 keys ever, 30,000 of them alive
//	make-database keys FILE    5,000,000 distinct keys with small values
//
// The same every time: the clock starts at a fixed instant and chance is seeded.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

var (
	epoch   = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	nothing = rand.New(rand.NewPCG(7, 7))
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "make-database churn|keys FILE")
		os.Exit(2)
	}
	s := must(openStore(os.Args[2]))
	switch os.Args[1] {
	case "churn":
		churn(s)
	case "keys":
		manyKeys(s)
	default:
		fmt.Fprintln(os.Stderr, "make-database: churn or keys")
		os.Exit(2)
	}
	s.close()
	fmt.Printf("%d revisions, %d deletions, %d keys ever, %d alive\n", s.writes, s.deletes, s.keys, len(s.versions)+s.once)
}

const churnRevisions = 1_000_000

// object is a key with a plan: how many writes it still gets, and whether it is deleted after them.
type object struct {
	key       string
	value     func(write int, at time.Time) []byte
	lease     int64
	writes    int
	done      int
	dies      bool
	recurring bool // hot for ever: leases, loops
}

// churn interleaves the lives of objects: at any time about two thousand are being written to.
func churn(s *store) {
	random := rand.New(rand.NewPCG(20260301, 2))
	var active []*object
	for i := range 400 {
		active = append(active, leaseOf(random, i))
	}
	for i := range 60 {
		active = append(active, rewrittenReport(random, i))
	}
	recurring := len(active)
	planned := recurring
	for s.writes < churnRevisions {
		at := epoch.Add(time.Duration(s.writes) * 20 * time.Millisecond) // 50 writes a second
		if len(active) < recurring+2000 && planned < 264_000 {
			active = append(active, shortLived(random, at))
			planned++
			continue
		}
		i := random.IntN(recurring)
		if len(active) > recurring && random.IntN(100) < 81 {
			i = recurring + random.IntN(len(active)-recurring)
		}
		o := active[i]
		if o.done < o.writes || o.recurring {
			s.put(o.key, o.value(o.done, at), o.lease)
			o.done++
			continue
		}
		if o.dies {
			s.delete(o.key)
		}
		active[i] = active[len(active)-1]
		active = active[:len(active)-1]
	}
}

func shortLived(random *rand.Rand, at time.Time) *object {
	namespace := fmt.Sprintf("team-%03d", random.IntN(120))
	app := fmt.Sprintf("web-%02d-%s", random.IntN(40), "7d9f8c5b6d")
	podName := app + "-" + suffix(random, 5)
	podUID, ownerUID, id := uid(random), uid(random), uid(random)
	switch chance := random.IntN(100); {
	case chance < 50: // a policy engine's ephemeral report about a pod
		name := string(podUID)
		return &object{key: "/registry/reports.kyverno.io/ephemeralreports/" + namespace + "/" + name, writes: 1 + random.IntN(2), dies: random.IntN(20) != 0,
			value: func(_ int, at time.Time) []byte {
				return report("EphemeralReport", namespace, name, podName, podUID, id, 6, at)
			}}
	case chance < 80:
		name := fmt.Sprintf("%s.%016x", podName, random.Int64())
		return &object{key: "/registry/events/" + namespace + "/" + name, lease: 1 + random.Int64N(1<<50), writes: 1 + random.IntN(3), dies: random.IntN(6) != 0,
			value: func(write int, at time.Time) []byte {
				return event(namespace, name, podName, podUID, id, int32(write+1), at)
			}}
	default:
		return &object{key: "/registry/pods/" + namespace + "/" + podName, writes: 3 + random.IntN(3), dies: random.IntN(5) != 0,
			value: func(write int, at time.Time) []byte {
				return pod(namespace, podName, app, ownerUID, id, write, at)
			}}
	}
}

func leaseOf(random *rand.Rand, i int) *object {
	namespace, name, id := "kube-node-lease", fmt.Sprintf("worker-%03d", i), uid(random)
	return &object{key: "/registry/leases/" + namespace + "/" + name, recurring: true,
		value: func(_ int, at time.Time) []byte { return lease(namespace, name, id, epoch, at) }}
}

func rewrittenReport(random *rand.Rand, i int) *object {
	namespace, id, podUID := fmt.Sprintf("team-%03d", i), uid(random), uid(random)
	return &object{key: "/registry/wgpolicyk8s.io/policyreports/" + namespace + "/summary", recurring: true,
		value: func(_ int, at time.Time) []byte {
			return report("PolicyReport", namespace, "summary", "web", podUID, id, 24, at)
		}}
}

// manyKeys writes each key once: events about five million pods, as short as events get.
func manyKeys(s *store) {
	random := rand.New(rand.NewPCG(20260301, 5))
	value := smallEvent(epoch)
	for range 5_000_000 {
		s.putOnce(fmt.Sprintf("/registry/events/team-%03d/web-7d9f8c5b6d-%s.%016x", random.IntN(500), suffix(random, 5), random.Int64()), value)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "make-database:", err)
		os.Exit(1)
	}
}
