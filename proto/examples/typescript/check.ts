// LEMS Guard from Node: a check, what is refused, a stream, a deadline, all over TLS.
//
//     node check.js https://HOST:PORT CA.pem            by gRPC
//     node check.js https://HOST:PORT CA.pem connect    by Connect, on the HTTP port: no streams
import { readFileSync } from 'node:fs';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { InteractionCheckService } from './gen/lems_guard/v1/interaction_check_service_pb.js';
import { fields, notADate, orders, worst } from './prescriptions.js';

const [baseUrl = '', ca = '', way = 'grpc'] = process.argv.slice(2);
const nodeOptions = { ca: readFileSync(ca) };
const transport = () =>
  way === 'connect'
    ? createConnectTransport({ baseUrl, nodeOptions, httpVersion: '1.1' })
    : createGrpcTransport({ baseUrl, nodeOptions });
const client = createClient(InteractionCheckService, transport());
const inTime = { timeoutMs: 60_000 };

// What throws was NOT checked.
console.log('checked:', worst(await client.checkPrescription(orders, inTime)));

try {
  await client.checkPrescription(notADate, inTime);
} catch (fault) {
  console.log('refused:', fields(fault)[0]);
}

async function* items() {
  yield { requestId: '1', request: orders };
  yield { requestId: '2', request: notADate };
}
if (way !== 'connect') {
  for await (const { requestId, outcome } of client.checkPrescriptionStream(items(), inTime)) {
    if (outcome.case === 'error') {
      // this one alone
      console.log(`stream ${requestId} refused:`, outcome.value.fieldViolations[0]?.field);
    } else if (outcome.case === 'response') {
      console.log(`stream ${requestId} checked:`, worst(outcome.value));
    }
  }
}

const hasty = createClient(InteractionCheckService, transport());
try {
  await hasty.checkPrescription(orders, { timeoutMs: 1 }); // it has to connect first
} catch (fault) {
  if (ConnectError.from(fault).code === Code.DeadlineExceeded) console.log('too late');
}
process.exit(); // the connection would be kept for the next call
