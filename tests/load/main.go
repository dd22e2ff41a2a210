// A load generator: calls one unary gRPC method at a fixed rate, or as fast as so many callers can,
// and tells how every call ended. Beside it, grpc.health.v1 is asked over a connection of its own.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"os"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// raw sends and takes messages as bytes: no message is built here.
type raw struct{}

func (raw) Marshal(v interface{}) ([]byte, error) { return v.([]byte), nil }
func (raw) Unmarshal(data []byte, v interface{}) error {
	*v.(*[]byte) = data
	return nil
}
func (raw) Name() string { return "proto" }

type tally struct {
	mutex   sync.Mutex
	codes   map[string]int
	seconds []float64 // of calls that were answered
}

func (t *tally) add(err error, took time.Duration) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.codes[status.Code(err).String()]++
	if err == nil {
		t.seconds = append(t.seconds, took.Seconds())
	}
}

// quantile of the answered calls, in seconds; 0 where none was answered.
func (t *tally) quantile(share float64) float64 {
	if len(t.seconds) == 0 {
		return 0
	}
	sort.Float64s(t.seconds)
	return t.seconds[int(share*float64(len(t.seconds)-1))]
}

func connect(target string) *grpc.ClientConn {
	connection, err := grpc.Dial(target, grpc.WithInsecure(), grpc.WithBlock(), grpc.WithTimeout(20*time.Second))
	if err != nil {
		log.Fatal(err)
	}
	return connection
}

// calls makes calls over several connections in turn.
type calls struct {
	connections []*grpc.ClientConn
	method      string
	requests    [][]byte
	deadline    time.Duration
	told        *tally
}

func (c *calls) one(number int) {
	connection := c.connections[number%len(c.connections)]
	request := c.requests[number%len(c.requests)]
	begun := time.Now()
	limited, cancel := context.WithTimeout(context.Background(), c.deadline)
	defer cancel()
	var reply []byte
	err := connection.Invoke(limited, c.method, request, &reply, grpc.ForceCodec(raw{}))
	c.told.add(err, time.Since(begun))
}

// open begins calls at a rate, whether or not those before have ended; it tells how many.
func (c *calls) open(rate float64, lasting time.Duration) int {
	var under sync.WaitGroup
	begun := time.Now()
	made := 0
	for time.Since(begun) < lasting {
		for due := int(time.Since(begun).Seconds() * rate); made < due; made++ {
			under.Add(1)
			go func(number int) { defer under.Done(); c.one(number) }(made)
		}
		time.Sleep(time.Millisecond)
	}
	under.Wait()
	return made
}

// closed lets so many callers call one after another.
func (c *calls) closed(callers int, lasting time.Duration) int {
	var under sync.WaitGroup
	made := make([]int, callers)
	begun := time.Now()
	for caller := 0; caller < callers; caller++ {
		under.Add(1)
		go func(caller int) {
			defer under.Done()
			for ; time.Since(begun) < lasting; made[caller]++ {
				c.one(caller + made[caller]*callers)
			}
		}(caller)
	}
	under.Wait()
	total := 0
	for _, each := range made {
		total += each
	}
	return total
}

// watch asks for health ten times a second until told to stop, each time with ten seconds' patience.
func watch(target string, stop <-chan struct{}, ended *sync.WaitGroup, told *tally) {
	defer ended.Done()
	client := health.NewHealthClient(connect(target))
	for {
		select {
		case <-stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
		begun := time.Now()
		limited, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		reply, err := client.Check(limited, &health.HealthCheckRequest{})
		cancel()
		if err == nil && reply.Status != health.HealthCheckResponse_SERVING {
			err = status.Error(codes.Unavailable, "not serving")
		}
		told.add(err, time.Since(begun))
	}
}

func main() {
	target := flag.String("target", "127.0.0.1:50051", "where the service listens")
	method := flag.String("method", "", "/package.Service/Method")
	file := flag.String("requests", "", "a JSON list of serialised requests in base64")
	rate := flag.Float64("rate", 0, "calls begun a second; 0: as fast as the callers can")
	callers := flag.Int("callers", 16, "callers, where there is no rate")
	seconds := flag.Float64("seconds", 5, "how long calls are begun")
	deadline := flag.Float64("deadline", 2, "seconds that a caller waits")
	connections := flag.Int("connections", 4, "connections")
	flag.Parse()

	content, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal(err)
	}
	told := &tally{codes: map[string]int{}}
	load := calls{method: *method, deadline: time.Duration(*deadline * 1e9), told: told}
	if err := json.Unmarshal(content, &load.requests); err != nil {
		log.Fatal(err)
	}
	for len(load.connections) < *connections {
		load.connections = append(load.connections, connect(*target))
	}
	healthy := &tally{codes: map[string]int{}}
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Add(1)
	go watch(*target, stop, &watching, healthy)

	begun := time.Now()
	lasting := time.Duration(*seconds * 1e9)
	made := 0
	if *rate > 0 {
		made = load.open(*rate, lasting)
	} else {
		made = load.closed(*callers, lasting)
	}
	took := time.Since(begun).Seconds()
	close(stop)
	watching.Wait()
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"made": made, "codes": told.codes, "seconds": took,
		"p50": told.quantile(0.5), "p99": told.quantile(0.99),
		"health": healthy.codes, "health_p99": healthy.quantile(0.99),
	})
}
