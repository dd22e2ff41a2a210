// LEMS Guard from a page of its own HTTP port, or of an origin that LEMS_GUARD_CORS_ORIGINS names:
// then page.html?at=https://HOST:PORT says where it is.
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { InteractionCheckService } from './gen/lems_guard/v1/interaction_check_service_pb.js';
import { fields, notADate, orders, worst } from './prescriptions.js';

const baseUrl = new URLSearchParams(location.search).get('at') ?? '/';
const transport = createConnectTransport({ baseUrl, useBinaryFormat: true });
const client = createClient(InteractionCheckService, transport);
const told: string[] = [];

told.push(`checked: ${worst(await client.checkPrescription(orders, { timeoutMs: 60_000 }))}`);
try {
  await client.checkPrescription(notADate);
} catch (fault) {
  told.push(`refused: ${fields(fault)[0]}`);
}
document.body.innerText = told.join('\n');
