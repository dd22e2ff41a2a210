"""LEMS Guard from Python: a check, what is refused, a stream, a deadline, all over TLS.

python check.py HOST:PORT CA.pem    (needs lems-guard-client)
"""

import sys

from lems_guard_client import Client, DeadlineError, InvalidRequestError, Tls
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest, Medication
from lems_guard_client.v1.terms_pb2 import Severity

target, ca = sys.argv[1:]
orders = CheckPrescriptionRequest(
    proposed=[Medication(id="1", text="metoprolol 50 mg po bid")],
    active=[Medication(id="2", text="Firdapse 20 mg 4x/day")],
)
not_a_date = CheckPrescriptionRequest(proposed=orders.proposed, as_of="tomorrow")

with Client(target, tls=Tls.of_files(ca=ca), deadline=60) as client:
    worst = client.check(orders).alerts[0]
    print("checked:", Severity.Name(worst.severity), worst.drug)

    try:
        client.check(not_a_date)
    except InvalidRequestError as error:
        print("refused:", error.violations[0].field)

    for item in client.check_all([orders, not_a_date]):
        try:
            worst = item.checked().alerts[0]
            print(f"stream {item.number} checked:", Severity.Name(worst.severity), worst.drug)
        except InvalidRequestError as error:  # this one alone
            print(f"stream {item.number} refused:", error.violations[0].field)

with Client(target, tls=Tls.of_files(ca=ca), deadline=1e-6) as hasty:
    try:
        hasty.check(orders)
    except DeadlineError:  # whatever is not answered was NOT checked
        print("too late")
