// LEMS Guard from Go: a check, what is refused, a stream, a deadline, all over TLS.
//
//	check HOST:PORT CA.pem
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	lemsguard "lems_guard/v1"
)

// grpc-go writes today's messages by itself since 1.34; Debian 12 has 1.33.
type messages struct{}

func (messages) Marshal(v interface{}) ([]byte, error) { return proto.Marshal(v.(proto.Message)) }
func (messages) Unmarshal(data []byte, v interface{}) error {
	return proto.Unmarshal(data, v.(proto.Message))
}
func (messages) Name() string { return "proto" }

func orders() *lemsguard.CheckPrescriptionRequest {
	return &lemsguard.CheckPrescriptionRequest{
		Proposed: []*lemsguard.Medication{{Id: "1", Text: "metoprolol 50 mg po bid"}},
		Active:   []*lemsguard.Medication{{Id: "2", Text: "Firdapse 20 mg 4x/day"}},
	}
}

func notADate() *lemsguard.CheckPrescriptionRequest {
	wrong := orders()
	wrong.AsOf = "tomorrow"
	return wrong
}

// worst is the first alert: they come worst first.
func worst(answer *lemsguard.CheckPrescriptionResponse) string {
	alert := answer.Alerts[0]
	return fmt.Sprint(alert.Severity, " ", alert.Drug)
}

// fields are those at fault, by their paths.
func fields(fault error) (found []string) {
	for _, detail := range status.Convert(fault).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, each := range bad.FieldViolations {
				found = append(found, each.Field)
			}
		}
	}
	return found
}

func unary(client lemsguard.InteractionCheckServiceClient) {
	limited, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := client.CheckPrescription(limited, orders())
	if err != nil { // whatever is not answered was NOT checked
		log.Fatal("not checked: ", err)
	}
	fmt.Println("checked:", worst(answer))

	_, err = client.CheckPrescription(limited, notADate())
	if status.Code(err) == codes.InvalidArgument {
		fmt.Println("refused:", fields(err)[0])
	}
}

// stream writes and reads at once: a server that waits for its reader reads nothing more.
func stream(client lemsguard.InteractionCheckServiceClient) {
	limited, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	calls, err := client.CheckPrescriptionStream(limited)
	if err != nil {
		log.Fatal("not checked: ", err)
	}
	go func() {
		for number, each := range []*lemsguard.CheckPrescriptionRequest{orders(), notADate()} {
			item := &lemsguard.CheckPrescriptionStreamRequest{
				RequestId: fmt.Sprint(number + 1), Request: each}
			if calls.Send(item) != nil {
				return // Recv tells why
			}
		}
		calls.CloseSend()
	}()
	for {
		item, err := calls.Recv()
		if err == io.EOF {
			return
		}
		if err != nil {
			log.Fatal("the rest was not checked: ", err)
		}
		if fault := item.GetError(); fault != nil { // this one alone
			fmt.Printf("stream %s refused: %s\n", item.RequestId, fault.FieldViolations[0].Field)
		} else {
			fmt.Printf("stream %s checked: %s\n", item.RequestId, worst(item.GetResponse()))
		}
	}
}

func late(client lemsguard.InteractionCheckServiceClient) {
	limited, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	if _, err := client.CheckPrescription(limited, orders()); status.Code(err) == codes.DeadlineExceeded {
		fmt.Println("too late")
	}
}

func main() {
	encoding.RegisterCodec(messages{})
	tls, err := credentials.NewClientTLSFromFile(os.Args[2], "")
	if err != nil {
		log.Fatal(err)
	}
	connection, err := grpc.Dial(os.Args[1], grpc.WithTransportCredentials(tls))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client := lemsguard.NewInteractionCheckServiceClient(connection)
	unary(client)
	stream(client)
	late(client)
}
