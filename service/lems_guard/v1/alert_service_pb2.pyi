from lems_guard.v1 import terms_pb2 as _terms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AlertVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALERT_VERDICT_UNSPECIFIED: _ClassVar[AlertVerdict]
    ALERT_VERDICT_ACCEPTED: _ClassVar[AlertVerdict]
    ALERT_VERDICT_OVERRIDDEN: _ClassVar[AlertVerdict]

class OverrideReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERRIDE_REASON_UNSPECIFIED: _ClassVar[OverrideReason]
    OVERRIDE_REASON_BENEFIT_OUTWEIGHS_RISK: _ClassVar[OverrideReason]
    OVERRIDE_REASON_NO_ALTERNATIVE: _ClassVar[OverrideReason]
    OVERRIDE_REASON_EMERGENCY: _ClassVar[OverrideReason]
    OVERRIDE_REASON_WILL_MONITOR: _ClassVar[OverrideReason]
    OVERRIDE_REASON_DOSE_ADJUSTED: _ClassVar[OverrideReason]
    OVERRIDE_REASON_TOLERATED_BEFORE: _ClassVar[OverrideReason]
    OVERRIDE_REASON_SPECIALIST_ADVISED: _ClassVar[OverrideReason]
    OVERRIDE_REASON_ALREADY_KNOWN: _ClassVar[OverrideReason]
    OVERRIDE_REASON_PATIENT_DATA_WRONG: _ClassVar[OverrideReason]
    OVERRIDE_REASON_NOT_RELEVANT: _ClassVar[OverrideReason]
    OVERRIDE_REASON_OTHER: _ClassVar[OverrideReason]
ALERT_VERDICT_UNSPECIFIED: AlertVerdict
ALERT_VERDICT_ACCEPTED: AlertVerdict
ALERT_VERDICT_OVERRIDDEN: AlertVerdict
OVERRIDE_REASON_UNSPECIFIED: OverrideReason
OVERRIDE_REASON_BENEFIT_OUTWEIGHS_RISK: OverrideReason
OVERRIDE_REASON_NO_ALTERNATIVE: OverrideReason
OVERRIDE_REASON_EMERGENCY: OverrideReason
OVERRIDE_REASON_WILL_MONITOR: OverrideReason
OVERRIDE_REASON_DOSE_ADJUSTED: OverrideReason
OVERRIDE_REASON_TOLERATED_BEFORE: OverrideReason
OVERRIDE_REASON_SPECIALIST_ADVISED: OverrideReason
OVERRIDE_REASON_ALREADY_KNOWN: OverrideReason
OVERRIDE_REASON_PATIENT_DATA_WRONG: OverrideReason
OVERRIDE_REASON_NOT_RELEVANT: OverrideReason
OVERRIDE_REASON_OTHER: OverrideReason

class RecordAlertOutcomeRequest(_message.Message):
    __slots__ = ("outcome_id", "alert_id", "rule_ids", "verdict", "reason")
    OUTCOME_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_IDS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    outcome_id: str
    alert_id: str
    rule_ids: _containers.RepeatedScalarFieldContainer[str]
    verdict: AlertVerdict
    reason: OverrideReason
    def __init__(self, outcome_id: _Optional[str] = ..., alert_id: _Optional[str] = ..., rule_ids: _Optional[_Iterable[str]] = ..., verdict: _Optional[_Union[AlertVerdict, str]] = ..., reason: _Optional[_Union[OverrideReason, str]] = ...) -> None: ...

class RecordAlertOutcomeResponse(_message.Message):
    __slots__ = ("repeated", "unknown_rule_ids")
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_RULE_IDS_FIELD_NUMBER: _ClassVar[int]
    repeated: bool
    unknown_rule_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, repeated: _Optional[bool] = ..., unknown_rule_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordShownRequest(_message.Message):
    __slots__ = ("client", "clinician", "patient", "encounter", "alerts")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    CLINICIAN_FIELD_NUMBER: _ClassVar[int]
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    ENCOUNTER_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    client: str
    clinician: str
    patient: str
    encounter: str
    alerts: _containers.RepeatedCompositeFieldContainer[ShownAlert]
    def __init__(self, client: _Optional[str] = ..., clinician: _Optional[str] = ..., patient: _Optional[str] = ..., encounter: _Optional[str] = ..., alerts: _Optional[_Iterable[_Union[ShownAlert, _Mapping]]] = ...) -> None: ...

class ShownAlert(_message.Message):
    __slots__ = ("alert_id", "severity")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    alert_id: str
    severity: _terms_pb2.Severity
    def __init__(self, alert_id: _Optional[str] = ..., severity: _Optional[_Union[_terms_pb2.Severity, str]] = ...) -> None: ...

class RecordShownResponse(_message.Message):
    __slots__ = ("repeated_alert_ids",)
    REPEATED_ALERT_IDS_FIELD_NUMBER: _ClassVar[int]
    repeated_alert_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, repeated_alert_ids: _Optional[_Iterable[str]] = ...) -> None: ...
