// What the examples send, and how they tell what came back.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { BadRequestSchema } from './gen/google/rpc/error_details_pb.js';
import { CheckPrescriptionRequestSchema } from './gen/lems_guard/v1/prescription_pb.js';
import { type CheckPrescriptionResponse } from './gen/lems_guard/v1/screening_pb.js';
import { SeveritySchema } from './gen/lems_guard/v1/terms_pb.js';

const lists: MessageInitShape<typeof CheckPrescriptionRequestSchema> = {
  proposed: [{ id: '1', text: 'metoprolol 50 mg po bid' }],
  active: [{ id: '2', text: 'Firdapse 20 mg 4x/day' }],
};
export const orders = create(CheckPrescriptionRequestSchema, lists);
export const notADate = create(CheckPrescriptionRequestSchema, { ...lists, asOf: 'tomorrow' });

/** Alerts come worst first. A severity that this client does not know yet is as bad as can be. */
export function worst(answer: CheckPrescriptionResponse): string {
  const [alert] = answer.alerts;
  if (!alert) throw new Error('this example is about an alert');
  const severity = SeveritySchema.value[alert.severity]?.name ?? 'SEVERITY_CONTRAINDICATED';
  return `${severity} ${alert.drug}`;
}

/** The fields at fault, by their paths. */
export function fields(fault: unknown): string[] {
  const found = ConnectError.from(fault).findDetails(BadRequestSchema);
  return found.flatMap((each) => each.fieldViolations.map((violation) => violation.field));
}
