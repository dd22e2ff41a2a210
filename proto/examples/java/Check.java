// LEMS Guard from Java: a check, what is refused, a stream, a deadline, all over TLS.
//
//     java Check HOST:PORT CA.pem

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lemsguard.v1.CheckPrescriptionRequest;
import lemsguard.v1.CheckPrescriptionResponse;
import lemsguard.v1.CheckPrescriptionStreamRequest;
import lemsguard.v1.CheckPrescriptionStreamResponse;
import lemsguard.v1.InteractionCheckServiceGrpc;
import lemsguard.v1.Medication;

public class Check {
  static final CheckPrescriptionRequest ORDERS =
      CheckPrescriptionRequest.newBuilder()
          .addProposed(Medication.newBuilder().setId("1").setText("metoprolol 50 mg po bid"))
          .addActive(Medication.newBuilder().setId("2").setText("Firdapse 20 mg 4x/day"))
          .build();
  static final CheckPrescriptionRequest NOT_A_DATE = ORDERS.toBuilder().setAsOf("tomorrow").build();

  public static void main(String[] arguments) throws Exception {
    var tls = TlsChannelCredentials.newBuilder().trustManager(new File(arguments[1])).build();
    ManagedChannel channel = Grpc.newChannelBuilder(arguments[0], tls).build();
    try {
      unary(channel);
      stream(channel);
      late(channel);
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  static void unary(ManagedChannel channel) throws InvalidProtocolBufferException {
    var client =
        InteractionCheckServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(1, TimeUnit.MINUTES);
    // What throws was NOT checked.
    System.out.println("checked: " + worst(client.checkPrescription(ORDERS)));
    try {
      client.checkPrescription(NOT_A_DATE);
    } catch (StatusRuntimeException refused) {
      System.out.println("refused: " + fields(refused).get(0));
    }
  }

  /** Alerts come worst first. */
  static String worst(CheckPrescriptionResponse answer) {
    var alert = answer.getAlerts(0);
    return alert.getSeverity() + " " + alert.getDrug();
  }

  /** The fields at fault, by their paths. */
  static List<String> fields(StatusRuntimeException refused) throws InvalidProtocolBufferException {
    for (var detail : StatusProto.fromThrowable(refused).getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        var violations = detail.unpack(BadRequest.class).getFieldViolationsList();
        return violations.stream().map(BadRequest.FieldViolation::getField).toList();
      }
    }
    return List.of();
  }

  static void stream(ManagedChannel channel) throws InterruptedException {
    var ended = new CountDownLatch(1);
    var answers =
        new StreamObserver<CheckPrescriptionStreamResponse>() {
          @Override
          public void onNext(CheckPrescriptionStreamResponse item) {
            String told =
                item.hasError() // this one alone
                    ? " refused: " + item.getError().getFieldViolations(0).getField()
                    : " checked: " + worst(item.getResponse());
            System.out.println("stream " + item.getRequestId() + told);
          }

          @Override
          public void onError(Throwable fault) {
            System.err.println("the rest was not checked: " + fault.getMessage());
            ended.countDown();
          }

          @Override
          public void onCompleted() {
            ended.countDown();
          }
        };
    var items =
        InteractionCheckServiceGrpc.newStub(channel)
            .withDeadlineAfter(1, TimeUnit.MINUTES)
            .checkPrescriptionStream(answers);
    items.onNext(item("1", ORDERS));
    items.onNext(item("2", NOT_A_DATE));
    items.onCompleted();
    ended.await();
  }

  static CheckPrescriptionStreamRequest item(String id, CheckPrescriptionRequest request) {
    return CheckPrescriptionStreamRequest.newBuilder().setRequestId(id).setRequest(request).build();
  }

  static void late(ManagedChannel channel) {
    try {
      InteractionCheckServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(1, TimeUnit.NANOSECONDS)
          .checkPrescription(ORDERS);
    } catch (StatusRuntimeException fault) {
      if (fault.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        System.out.println("too late");
      }
    }
  }
}
