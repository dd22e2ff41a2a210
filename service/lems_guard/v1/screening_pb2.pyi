from lems_guard.v1 import prescription_pb2 as _prescription_pb2
from lems_guard.v1 import terms_pb2 as _terms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class KnowledgeBase(_message.Message):
    __slots__ = ("version", "digest")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    version: str
    digest: str
    def __init__(self, version: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("source", "locator", "url", "grade", "population", "counter", "says", "kind", "limits")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    LOCATOR_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    COUNTER_FIELD_NUMBER: _ClassVar[int]
    SAYS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    source: str
    locator: str
    url: str
    grade: str
    population: _terms_pb2.EvidencePopulation
    counter: bool
    says: str
    kind: _terms_pb2.EvidenceKind
    limits: str
    def __init__(self, source: _Optional[str] = ..., locator: _Optional[str] = ..., url: _Optional[str] = ..., grade: _Optional[str] = ..., population: _Optional[_Union[_terms_pb2.EvidencePopulation, str]] = ..., counter: _Optional[bool] = ..., says: _Optional[str] = ..., kind: _Optional[_Union[_terms_pb2.EvidenceKind, str]] = ..., limits: _Optional[str] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("state", "reviewer", "role", "reviewed_on", "due")
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVIEWER_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_ON_FIELD_NUMBER: _ClassVar[int]
    DUE_FIELD_NUMBER: _ClassVar[int]
    state: _terms_pb2.ReviewState
    reviewer: str
    role: str
    reviewed_on: str
    due: str
    def __init__(self, state: _Optional[_Union[_terms_pb2.ReviewState, str]] = ..., reviewer: _Optional[str] = ..., role: _Optional[str] = ..., reviewed_on: _Optional[str] = ..., due: _Optional[str] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("rule_id", "concern", "severity", "certainty", "medication_ids", "consequence", "mechanism", "action", "alternatives", "monitoring", "evidence", "why", "missing", "deed", "review")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    MEDICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCE_FIELD_NUMBER: _ClassVar[int]
    MECHANISM_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    MONITORING_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    DEED_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    concern: _terms_pb2.Concern
    severity: _terms_pb2.Severity
    certainty: _terms_pb2.Certainty
    medication_ids: _containers.RepeatedScalarFieldContainer[str]
    consequence: str
    mechanism: str
    action: str
    alternatives: _containers.RepeatedScalarFieldContainer[str]
    monitoring: _containers.RepeatedScalarFieldContainer[str]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    why: _containers.RepeatedScalarFieldContainer[str]
    missing: _containers.RepeatedScalarFieldContainer[str]
    deed: str
    review: Review
    def __init__(self, rule_id: _Optional[str] = ..., concern: _Optional[_Union[_terms_pb2.Concern, str]] = ..., severity: _Optional[_Union[_terms_pb2.Severity, str]] = ..., certainty: _Optional[_Union[_terms_pb2.Certainty, str]] = ..., medication_ids: _Optional[_Iterable[str]] = ..., consequence: _Optional[str] = ..., mechanism: _Optional[str] = ..., action: _Optional[str] = ..., alternatives: _Optional[_Iterable[str]] = ..., monitoring: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., why: _Optional[_Iterable[str]] = ..., missing: _Optional[_Iterable[str]] = ..., deed: _Optional[str] = ..., review: _Optional[_Union[Review, _Mapping]] = ...) -> None: ...

class Alert(_message.Message):
    __slots__ = ("id", "severity", "certainty", "medication_ids", "drug", "summary", "findings", "involves_proposed", "override_policy")
    ID_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    MEDICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    DRUG_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    INVOLVES_PROPOSED_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_POLICY_FIELD_NUMBER: _ClassVar[int]
    id: str
    severity: _terms_pb2.Severity
    certainty: _terms_pb2.Certainty
    medication_ids: _containers.RepeatedScalarFieldContainer[str]
    drug: str
    summary: str
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    involves_proposed: bool
    override_policy: _terms_pb2.OverridePolicy
    def __init__(self, id: _Optional[str] = ..., severity: _Optional[_Union[_terms_pb2.Severity, str]] = ..., certainty: _Optional[_Union[_terms_pb2.Certainty, str]] = ..., medication_ids: _Optional[_Iterable[str]] = ..., drug: _Optional[str] = ..., summary: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., involves_proposed: _Optional[bool] = ..., override_policy: _Optional[_Union[_terms_pb2.OverridePolicy, str]] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("fact", "would_change", "worst", "ask", "medication_ids")
    FACT_FIELD_NUMBER: _ClassVar[int]
    WOULD_CHANGE_FIELD_NUMBER: _ClassVar[int]
    WORST_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    MEDICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    fact: str
    would_change: _containers.RepeatedScalarFieldContainer[str]
    worst: _terms_pb2.Severity
    ask: str
    medication_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, fact: _Optional[str] = ..., would_change: _Optional[_Iterable[str]] = ..., worst: _Optional[_Union[_terms_pb2.Severity, str]] = ..., ask: _Optional[str] = ..., medication_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Ingredient(_message.Message):
    __slots__ = ("name", "rxcui", "classes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RXCUI_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    name: str
    rxcui: str
    classes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., rxcui: _Optional[str] = ..., classes: _Optional[_Iterable[str]] = ...) -> None: ...

class MedicationResult(_message.Message):
    __slots__ = ("id", "list", "disposition", "ingredients", "route", "matched_by", "suggestions", "note", "orders", "doubts")
    ID_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    INGREDIENTS_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    MATCHED_BY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    DOUBTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    list: _terms_pb2.MedicationList
    disposition: _terms_pb2.Disposition
    ingredients: _containers.RepeatedCompositeFieldContainer[Ingredient]
    route: _terms_pb2.Route
    matched_by: _terms_pb2.MatchedBy
    suggestions: _containers.RepeatedScalarFieldContainer[str]
    note: str
    orders: _containers.RepeatedCompositeFieldContainer[OrderReading]
    doubts: _containers.RepeatedCompositeFieldContainer[Doubt]
    def __init__(self, id: _Optional[str] = ..., list: _Optional[_Union[_terms_pb2.MedicationList, str]] = ..., disposition: _Optional[_Union[_terms_pb2.Disposition, str]] = ..., ingredients: _Optional[_Iterable[_Union[Ingredient, _Mapping]]] = ..., route: _Optional[_Union[_terms_pb2.Route, str]] = ..., matched_by: _Optional[_Union[_terms_pb2.MatchedBy, str]] = ..., suggestions: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ..., orders: _Optional[_Iterable[_Union[OrderReading, _Mapping]]] = ..., doubts: _Optional[_Iterable[_Union[Doubt, _Mapping]]] = ...) -> None: ...

class OrderReading(_message.Message):
    __slots__ = ("ingredients", "route", "dose", "doses_per_day", "daily_amount", "phase", "certain", "words")
    INGREDIENTS_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    DOSE_FIELD_NUMBER: _ClassVar[int]
    DOSES_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    DAILY_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    CERTAIN_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    ingredients: _containers.RepeatedScalarFieldContainer[str]
    route: _terms_pb2.Route
    dose: _prescription_pb2.Dose
    doses_per_day: float
    daily_amount: _prescription_pb2.Dose
    phase: _terms_pb2.Phase
    certain: bool
    words: str
    def __init__(self, ingredients: _Optional[_Iterable[str]] = ..., route: _Optional[_Union[_terms_pb2.Route, str]] = ..., dose: _Optional[_Union[_prescription_pb2.Dose, _Mapping]] = ..., doses_per_day: _Optional[float] = ..., daily_amount: _Optional[_Union[_prescription_pb2.Dose, _Mapping]] = ..., phase: _Optional[_Union[_terms_pb2.Phase, str]] = ..., certain: _Optional[bool] = ..., words: _Optional[str] = ...) -> None: ...

class Doubt(_message.Message):
    __slots__ = ("field", "words", "what")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    field: str
    words: str
    what: str
    def __init__(self, field: _Optional[str] = ..., words: _Optional[str] = ..., what: _Optional[str] = ...) -> None: ...

class CheckPrescriptionResponse(_message.Message):
    __slots__ = ("decision_id", "alerts", "medications", "gaps", "completeness", "knowledge_base", "jurisdiction", "as_of", "notes", "doubts")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    MEDICATIONS_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    COMPLETENESS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_BASE_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    DOUBTS_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    alerts: _containers.RepeatedCompositeFieldContainer[Alert]
    medications: _containers.RepeatedCompositeFieldContainer[MedicationResult]
    gaps: _containers.RepeatedCompositeFieldContainer[Gap]
    completeness: _terms_pb2.Completeness
    knowledge_base: KnowledgeBase
    jurisdiction: _terms_pb2.Jurisdiction
    as_of: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    doubts: _containers.RepeatedCompositeFieldContainer[Doubt]
    def __init__(self, decision_id: _Optional[str] = ..., alerts: _Optional[_Iterable[_Union[Alert, _Mapping]]] = ..., medications: _Optional[_Iterable[_Union[MedicationResult, _Mapping]]] = ..., gaps: _Optional[_Iterable[_Union[Gap, _Mapping]]] = ..., completeness: _Optional[_Union[_terms_pb2.Completeness, str]] = ..., knowledge_base: _Optional[_Union[KnowledgeBase, _Mapping]] = ..., jurisdiction: _Optional[_Union[_terms_pb2.Jurisdiction, str]] = ..., as_of: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ..., doubts: _Optional[_Iterable[_Union[Doubt, _Mapping]]] = ...) -> None: ...
