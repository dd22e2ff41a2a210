from lems_guard.v1 import screening_pb2 as _screening_pb2
from lems_guard.v1 import terms_pb2 as _terms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DrugScope(_message.Message):
    __slots__ = ("drug_classes", "ingredients", "excluded_ingredients")
    DRUG_CLASSES_FIELD_NUMBER: _ClassVar[int]
    INGREDIENTS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_INGREDIENTS_FIELD_NUMBER: _ClassVar[int]
    drug_classes: _containers.RepeatedScalarFieldContainer[str]
    ingredients: _containers.RepeatedScalarFieldContainer[str]
    excluded_ingredients: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, drug_classes: _Optional[_Iterable[str]] = ..., ingredients: _Optional[_Iterable[str]] = ..., excluded_ingredients: _Optional[_Iterable[str]] = ...) -> None: ...

class Advice(_message.Message):
    __slots__ = ("summary", "consequence", "mechanism", "action", "alternatives", "monitoring", "evidence", "override_policy")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCE_FIELD_NUMBER: _ClassVar[int]
    MECHANISM_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    MONITORING_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_POLICY_FIELD_NUMBER: _ClassVar[int]
    summary: str
    consequence: str
    mechanism: str
    action: str
    alternatives: _containers.RepeatedScalarFieldContainer[str]
    monitoring: _containers.RepeatedScalarFieldContainer[str]
    evidence: _containers.RepeatedCompositeFieldContainer[_screening_pb2.Evidence]
    override_policy: _terms_pb2.OverridePolicy
    def __init__(self, summary: _Optional[str] = ..., consequence: _Optional[str] = ..., mechanism: _Optional[str] = ..., action: _Optional[str] = ..., alternatives: _Optional[_Iterable[str]] = ..., monitoring: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Iterable[_Union[_screening_pb2.Evidence, _Mapping]]] = ..., override_policy: _Optional[_Union[_terms_pb2.OverridePolicy, str]] = ...) -> None: ...

class RuleOutcome(_message.Message):
    __slots__ = ("when", "routes", "severity", "certainty", "when_unknown", "advice")
    WHEN_FIELD_NUMBER: _ClassVar[int]
    ROUTES_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    WHEN_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    when: str
    routes: _containers.RepeatedScalarFieldContainer[_terms_pb2.Route]
    severity: _terms_pb2.Severity
    certainty: _terms_pb2.Certainty
    when_unknown: str
    advice: Advice
    def __init__(self, when: _Optional[str] = ..., routes: _Optional[_Iterable[_Union[_terms_pb2.Route, str]]] = ..., severity: _Optional[_Union[_terms_pb2.Severity, str]] = ..., certainty: _Optional[_Union[_terms_pb2.Certainty, str]] = ..., when_unknown: _Optional[str] = ..., advice: _Optional[_Union[Advice, _Mapping]] = ...) -> None: ...

class RuleModifier(_message.Message):
    __slots__ = ("when", "reason")
    WHEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    when: str
    reason: str
    def __init__(self, when: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Rule(_message.Message):
    __slots__ = ("id", "version", "kind", "title", "concern", "drugs", "partner", "needs_lems", "lists", "jurisdictions", "outcomes", "modifiers", "frequency_of_exposure", "frequency_of_harm", "review_state", "reviewer", "reviewed_on", "review_due", "source_file", "overlay")
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    DRUGS_FIELD_NUMBER: _ClassVar[int]
    PARTNER_FIELD_NUMBER: _ClassVar[int]
    NEEDS_LEMS_FIELD_NUMBER: _ClassVar[int]
    LISTS_FIELD_NUMBER: _ClassVar[int]
    JURISDICTIONS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_OF_EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_OF_HARM_FIELD_NUMBER: _ClassVar[int]
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_ON_FIELD_NUMBER: _ClassVar[int]
    REVIEW_DUE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FILE_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    id: str
    version: int
    kind: _terms_pb2.RuleKind
    title: str
    concern: _terms_pb2.Concern
    drugs: DrugScope
    partner: DrugScope
    needs_lems: bool
    lists: _containers.RepeatedScalarFieldContainer[_terms_pb2.MedicationList]
    jurisdictions: _containers.RepeatedScalarFieldContainer[_terms_pb2.Jurisdiction]
    outcomes: _containers.RepeatedCompositeFieldContainer[RuleOutcome]
    modifiers: _containers.RepeatedCompositeFieldContainer[RuleModifier]
    frequency_of_exposure: str
    frequency_of_harm: str
    review_state: str
    reviewer: str
    reviewed_on: str
    review_due: str
    source_file: str
    overlay: _containers.RepeatedCompositeFieldContainer[RuleAdjustment]
    def __init__(self, id: _Optional[str] = ..., version: _Optional[int] = ..., kind: _Optional[_Union[_terms_pb2.RuleKind, str]] = ..., title: _Optional[str] = ..., concern: _Optional[_Union[_terms_pb2.Concern, str]] = ..., drugs: _Optional[_Union[DrugScope, _Mapping]] = ..., partner: _Optional[_Union[DrugScope, _Mapping]] = ..., needs_lems: _Optional[bool] = ..., lists: _Optional[_Iterable[_Union[_terms_pb2.MedicationList, str]]] = ..., jurisdictions: _Optional[_Iterable[_Union[_terms_pb2.Jurisdiction, str]]] = ..., outcomes: _Optional[_Iterable[_Union[RuleOutcome, _Mapping]]] = ..., modifiers: _Optional[_Iterable[_Union[RuleModifier, _Mapping]]] = ..., frequency_of_exposure: _Optional[str] = ..., frequency_of_harm: _Optional[str] = ..., review_state: _Optional[str] = ..., reviewer: _Optional[str] = ..., reviewed_on: _Optional[str] = ..., review_due: _Optional[str] = ..., source_file: _Optional[str] = ..., overlay: _Optional[_Iterable[_Union[RuleAdjustment, _Mapping]]] = ...) -> None: ...

class RuleAdjustment(_message.Message):
    __slots__ = ("outcome", "severity", "who", "reason", "expires")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    WHO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    outcome: int
    severity: _terms_pb2.Severity
    who: str
    reason: str
    expires: str
    def __init__(self, outcome: _Optional[int] = ..., severity: _Optional[_Union[_terms_pb2.Severity, str]] = ..., who: _Optional[str] = ..., reason: _Optional[str] = ..., expires: _Optional[str] = ...) -> None: ...

class RuleSummary(_message.Message):
    __slots__ = ("id", "kind", "title", "concern", "worst", "drugs", "jurisdictions", "review_state")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    WORST_FIELD_NUMBER: _ClassVar[int]
    DRUGS_FIELD_NUMBER: _ClassVar[int]
    JURISDICTIONS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: _terms_pb2.RuleKind
    title: str
    concern: _terms_pb2.Concern
    worst: _terms_pb2.Severity
    drugs: DrugScope
    jurisdictions: _containers.RepeatedScalarFieldContainer[_terms_pb2.Jurisdiction]
    review_state: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[_terms_pb2.RuleKind, str]] = ..., title: _Optional[str] = ..., concern: _Optional[_Union[_terms_pb2.Concern, str]] = ..., worst: _Optional[_Union[_terms_pb2.Severity, str]] = ..., drugs: _Optional[_Union[DrugScope, _Mapping]] = ..., jurisdictions: _Optional[_Iterable[_Union[_terms_pb2.Jurisdiction, str]]] = ..., review_state: _Optional[str] = ...) -> None: ...
