from lems_guard.v1 import prescription_pb2 as _prescription_pb2
from lems_guard.v1 import rule_pb2 as _rule_pb2
from lems_guard.v1 import screening_pb2 as _screening_pb2
from lems_guard.v1 import terms_pb2 as _terms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetKnowledgeBaseRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetKnowledgeBaseResponse(_message.Message):
    __slots__ = ("knowledge_base", "rule_count", "class_count", "ingredient_count", "name_count", "clinician_review_recorded", "reload", "contract", "rules_signed")
    KNOWLEDGE_BASE_FIELD_NUMBER: _ClassVar[int]
    RULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CLASS_COUNT_FIELD_NUMBER: _ClassVar[int]
    INGREDIENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    NAME_COUNT_FIELD_NUMBER: _ClassVar[int]
    CLINICIAN_REVIEW_RECORDED_FIELD_NUMBER: _ClassVar[int]
    RELOAD_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    RULES_SIGNED_FIELD_NUMBER: _ClassVar[int]
    knowledge_base: _screening_pb2.KnowledgeBase
    rule_count: int
    class_count: int
    ingredient_count: int
    name_count: int
    clinician_review_recorded: bool
    reload: ReloadState
    contract: int
    rules_signed: int
    def __init__(self, knowledge_base: _Optional[_Union[_screening_pb2.KnowledgeBase, _Mapping]] = ..., rule_count: _Optional[int] = ..., class_count: _Optional[int] = ..., ingredient_count: _Optional[int] = ..., name_count: _Optional[int] = ..., clinician_review_recorded: _Optional[bool] = ..., reload: _Optional[_Union[ReloadState, _Mapping]] = ..., contract: _Optional[int] = ..., rules_signed: _Optional[int] = ...) -> None: ...

class ReloadState(_message.Message):
    __slots__ = ("loaded_at", "refused_at", "problems")
    LOADED_AT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_AT_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    loaded_at: str
    refused_at: str
    problems: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, loaded_at: _Optional[str] = ..., refused_at: _Optional[str] = ..., problems: _Optional[_Iterable[str]] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ("concern", "minimum_severity", "drug_class", "ingredient", "jurisdiction", "page_size", "page_token")
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    DRUG_CLASS_FIELD_NUMBER: _ClassVar[int]
    INGREDIENT_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    concern: _terms_pb2.Concern
    minimum_severity: _terms_pb2.Severity
    drug_class: str
    ingredient: str
    jurisdiction: _terms_pb2.Jurisdiction
    page_size: int
    page_token: str
    def __init__(self, concern: _Optional[_Union[_terms_pb2.Concern, str]] = ..., minimum_severity: _Optional[_Union[_terms_pb2.Severity, str]] = ..., drug_class: _Optional[str] = ..., ingredient: _Optional[str] = ..., jurisdiction: _Optional[_Union[_terms_pb2.Jurisdiction, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rules", "next_page_token", "total_size")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[_rule_pb2.RuleSummary]
    next_page_token: str
    total_size: int
    def __init__(self, rules: _Optional[_Iterable[_Union[_rule_pb2.RuleSummary, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class GetRuleRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetRuleResponse(_message.Message):
    __slots__ = ("rule", "knowledge_base")
    RULE_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_BASE_FIELD_NUMBER: _ClassVar[int]
    rule: _rule_pb2.Rule
    knowledge_base: _screening_pb2.KnowledgeBase
    def __init__(self, rule: _Optional[_Union[_rule_pb2.Rule, _Mapping]] = ..., knowledge_base: _Optional[_Union[_screening_pb2.KnowledgeBase, _Mapping]] = ...) -> None: ...

class ResolveMedicationRequest(_message.Message):
    __slots__ = ("medication", "jurisdiction", "country")
    MEDICATION_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    medication: _prescription_pb2.Medication
    jurisdiction: _terms_pb2.Jurisdiction
    country: str
    def __init__(self, medication: _Optional[_Union[_prescription_pb2.Medication, _Mapping]] = ..., jurisdiction: _Optional[_Union[_terms_pb2.Jurisdiction, str]] = ..., country: _Optional[str] = ...) -> None: ...

class ResolveMedicationResponse(_message.Message):
    __slots__ = ("disposition", "ingredients", "route", "matched_by", "suggestions", "note", "dose", "doses_per_day", "trail", "jurisdiction", "knowledge_base", "orders", "phrases")
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    INGREDIENTS_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    MATCHED_BY_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    DOSE_FIELD_NUMBER: _ClassVar[int]
    DOSES_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    TRAIL_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_BASE_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    PHRASES_FIELD_NUMBER: _ClassVar[int]
    disposition: _terms_pb2.Disposition
    ingredients: _containers.RepeatedCompositeFieldContainer[_screening_pb2.Ingredient]
    route: _terms_pb2.Route
    matched_by: _terms_pb2.MatchedBy
    suggestions: _containers.RepeatedScalarFieldContainer[str]
    note: str
    dose: _prescription_pb2.Dose
    doses_per_day: float
    trail: _containers.RepeatedScalarFieldContainer[str]
    jurisdiction: _terms_pb2.Jurisdiction
    knowledge_base: _screening_pb2.KnowledgeBase
    orders: _containers.RepeatedCompositeFieldContainer[_screening_pb2.OrderReading]
    phrases: _containers.RepeatedCompositeFieldContainer[Phrase]
    def __init__(self, disposition: _Optional[_Union[_terms_pb2.Disposition, str]] = ..., ingredients: _Optional[_Iterable[_Union[_screening_pb2.Ingredient, _Mapping]]] = ..., route: _Optional[_Union[_terms_pb2.Route, str]] = ..., matched_by: _Optional[_Union[_terms_pb2.MatchedBy, str]] = ..., suggestions: _Optional[_Iterable[str]] = ..., note: _Optional[str] = ..., dose: _Optional[_Union[_prescription_pb2.Dose, _Mapping]] = ..., doses_per_day: _Optional[float] = ..., trail: _Optional[_Iterable[str]] = ..., jurisdiction: _Optional[_Union[_terms_pb2.Jurisdiction, str]] = ..., knowledge_base: _Optional[_Union[_screening_pb2.KnowledgeBase, _Mapping]] = ..., orders: _Optional[_Iterable[_Union[_screening_pb2.OrderReading, _Mapping]]] = ..., phrases: _Optional[_Iterable[_Union[Phrase, _Mapping]]] = ...) -> None: ...

class Phrase(_message.Message):
    __slots__ = ("start", "end", "words", "kind", "changes")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    words: str
    kind: str
    changes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ..., words: _Optional[str] = ..., kind: _Optional[str] = ..., changes: _Optional[_Iterable[str]] = ...) -> None: ...
