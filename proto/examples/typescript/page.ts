// LEMS Guard from a page that its own HTTP port serves, or a proxy of the same origin.
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { InteractionCheckService } from './gen/lems_guard/v1/interaction_check_service_pb.js';
import { fields, notADate, orders, worst } from './prescriptions.js';

const transport = createConnectTransport({ baseUrl: '/', useBinaryFormat: true });
const client = createClient(InteractionCheckService, transport);
const told: string[] = [];

told.push(`checked: ${worst(await client.checkPrescription(orders, { timeoutMs: 60_000 }))}`);
try {
  await client.checkPrescription(notADate);
} catch (fault) {
  told.push(`refused: ${fields(fault)[0]}`);
}
document.body.innerText = told.join('\n');
