// LEMS Guard by what its OpenAPI document tells, without stubs: openapi-typescript made the types.
//
//     node openapi.js http://HOST:PORT
import createClient from 'openapi-fetch';
import type { components, paths } from './gen/openapi.js';

type Request = components['schemas']['CheckPrescriptionRequest'];

const orders: Request = {
  proposed: [{ id: '1', text: 'metoprolol 50 mg po bid' }],
  active: [{ id: '2', text: 'Firdapse 20 mg 4x/day' }],
};
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' });

async function check(body: Request) {
  const headers = { 'grpc-timeout': '60S' };
  return client.POST('/v1/InteractionCheckService/CheckPrescription', {
    params: { header: headers },
    body,
  });
}

const { data } = await check(orders);
const alert = data?.alerts?.[0];
console.log('checked:', alert?.severity, alert?.drug);

const { error } = await check({ ...orders, asOf: 'tomorrow' });
console.log('refused:', error?.details?.[0]?.fieldViolations?.[0]?.field);
