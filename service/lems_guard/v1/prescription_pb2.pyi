from lems_guard.v1 import terms_pb2 as _terms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Coding(_message.Message):
    __slots__ = ("system", "code", "display")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    system: _terms_pb2.CodeSystem
    code: str
    display: str
    def __init__(self, system: _Optional[_Union[_terms_pb2.CodeSystem, str]] = ..., code: _Optional[str] = ..., display: _Optional[str] = ...) -> None: ...

class Dose(_message.Message):
    __slots__ = ("value", "unit")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    value: float
    unit: str
    def __init__(self, value: _Optional[float] = ..., unit: _Optional[str] = ...) -> None: ...

class Indication(_message.Message):
    __slots__ = ("codings", "text")
    CODINGS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    codings: _containers.RepeatedCompositeFieldContainer[Coding]
    text: str
    def __init__(self, codings: _Optional[_Iterable[_Union[Coding, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

class Medication(_message.Message):
    __slots__ = ("id", "codings", "text", "form_text", "route", "route_text", "dose", "doses_per_day", "as_needed", "phase", "indication", "stopped_on")
    ID_FIELD_NUMBER: _ClassVar[int]
    CODINGS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FORM_TEXT_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    ROUTE_TEXT_FIELD_NUMBER: _ClassVar[int]
    DOSE_FIELD_NUMBER: _ClassVar[int]
    DOSES_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    AS_NEEDED_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    INDICATION_FIELD_NUMBER: _ClassVar[int]
    STOPPED_ON_FIELD_NUMBER: _ClassVar[int]
    id: str
    codings: _containers.RepeatedCompositeFieldContainer[Coding]
    text: str
    form_text: str
    route: _terms_pb2.Route
    route_text: str
    dose: Dose
    doses_per_day: float
    as_needed: _terms_pb2.Answer
    phase: _terms_pb2.Phase
    indication: Indication
    stopped_on: str
    def __init__(self, id: _Optional[str] = ..., codings: _Optional[_Iterable[_Union[Coding, _Mapping]]] = ..., text: _Optional[str] = ..., form_text: _Optional[str] = ..., route: _Optional[_Union[_terms_pb2.Route, str]] = ..., route_text: _Optional[str] = ..., dose: _Optional[_Union[Dose, _Mapping]] = ..., doses_per_day: _Optional[float] = ..., as_needed: _Optional[_Union[_terms_pb2.Answer, str]] = ..., phase: _Optional[_Union[_terms_pb2.Phase, str]] = ..., indication: _Optional[_Union[Indication, _Mapping]] = ..., stopped_on: _Optional[str] = ...) -> None: ...

class Patient(_message.Message):
    __slots__ = ("lems_status", "birth_date", "age_years", "weight_kg", "creatinine_clearance_ml_min", "hepatic_impairment", "nat2_phenotype", "on_dialysis", "seizure_history", "epilepsy", "uncontrolled_asthma", "congenital_long_qt", "respiratory_compromise", "ventilated", "planned_anaesthesia", "pregnant", "breast_feeding", "aminopyridine_hypersensitivity", "conditions", "allergies")
    LEMS_STATUS_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_KG_FIELD_NUMBER: _ClassVar[int]
    CREATININE_CLEARANCE_ML_MIN_FIELD_NUMBER: _ClassVar[int]
    HEPATIC_IMPAIRMENT_FIELD_NUMBER: _ClassVar[int]
    NAT2_PHENOTYPE_FIELD_NUMBER: _ClassVar[int]
    ON_DIALYSIS_FIELD_NUMBER: _ClassVar[int]
    SEIZURE_HISTORY_FIELD_NUMBER: _ClassVar[int]
    EPILEPSY_FIELD_NUMBER: _ClassVar[int]
    UNCONTROLLED_ASTHMA_FIELD_NUMBER: _ClassVar[int]
    CONGENITAL_LONG_QT_FIELD_NUMBER: _ClassVar[int]
    RESPIRATORY_COMPROMISE_FIELD_NUMBER: _ClassVar[int]
    VENTILATED_FIELD_NUMBER: _ClassVar[int]
    PLANNED_ANAESTHESIA_FIELD_NUMBER: _ClassVar[int]
    PREGNANT_FIELD_NUMBER: _ClassVar[int]
    BREAST_FEEDING_FIELD_NUMBER: _ClassVar[int]
    AMINOPYRIDINE_HYPERSENSITIVITY_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    ALLERGIES_FIELD_NUMBER: _ClassVar[int]
    lems_status: _terms_pb2.LemsStatus
    birth_date: str
    age_years: int
    weight_kg: float
    creatinine_clearance_ml_min: float
    hepatic_impairment: _terms_pb2.HepaticImpairment
    nat2_phenotype: _terms_pb2.Nat2Phenotype
    on_dialysis: _terms_pb2.Answer
    seizure_history: _terms_pb2.Answer
    epilepsy: _terms_pb2.Answer
    uncontrolled_asthma: _terms_pb2.Answer
    congenital_long_qt: _terms_pb2.Answer
    respiratory_compromise: _terms_pb2.Answer
    ventilated: _terms_pb2.Answer
    planned_anaesthesia: _terms_pb2.Answer
    pregnant: _terms_pb2.Answer
    breast_feeding: _terms_pb2.Answer
    aminopyridine_hypersensitivity: _terms_pb2.Answer
    conditions: _containers.RepeatedCompositeFieldContainer[Coding]
    allergies: _containers.RepeatedCompositeFieldContainer[Allergy]
    def __init__(self, lems_status: _Optional[_Union[_terms_pb2.LemsStatus, str]] = ..., birth_date: _Optional[str] = ..., age_years: _Optional[int] = ..., weight_kg: _Optional[float] = ..., creatinine_clearance_ml_min: _Optional[float] = ..., hepatic_impairment: _Optional[_Union[_terms_pb2.HepaticImpairment, str]] = ..., nat2_phenotype: _Optional[_Union[_terms_pb2.Nat2Phenotype, str]] = ..., on_dialysis: _Optional[_Union[_terms_pb2.Answer, str]] = ..., seizure_history: _Optional[_Union[_terms_pb2.Answer, str]] = ..., epilepsy: _Optional[_Union[_terms_pb2.Answer, str]] = ..., uncontrolled_asthma: _Optional[_Union[_terms_pb2.Answer, str]] = ..., congenital_long_qt: _Optional[_Union[_terms_pb2.Answer, str]] = ..., respiratory_compromise: _Optional[_Union[_terms_pb2.Answer, str]] = ..., ventilated: _Optional[_Union[_terms_pb2.Answer, str]] = ..., planned_anaesthesia: _Optional[_Union[_terms_pb2.Answer, str]] = ..., pregnant: _Optional[_Union[_terms_pb2.Answer, str]] = ..., breast_feeding: _Optional[_Union[_terms_pb2.Answer, str]] = ..., aminopyridine_hypersensitivity: _Optional[_Union[_terms_pb2.Answer, str]] = ..., conditions: _Optional[_Iterable[_Union[Coding, _Mapping]]] = ..., allergies: _Optional[_Iterable[_Union[Allergy, _Mapping]]] = ...) -> None: ...

class Allergy(_message.Message):
    __slots__ = ("codings", "text")
    CODINGS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    codings: _containers.RepeatedCompositeFieldContainer[Coding]
    text: str
    def __init__(self, codings: _Optional[_Iterable[_Union[Coding, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

class CheckPrescriptionRequest(_message.Message):
    __slots__ = ("patient", "proposed", "active", "stopped", "jurisdiction", "as_of", "country")
    PATIENT_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    patient: Patient
    proposed: _containers.RepeatedCompositeFieldContainer[Medication]
    active: _containers.RepeatedCompositeFieldContainer[Medication]
    stopped: _containers.RepeatedCompositeFieldContainer[Medication]
    jurisdiction: _terms_pb2.Jurisdiction
    as_of: str
    country: str
    def __init__(self, patient: _Optional[_Union[Patient, _Mapping]] = ..., proposed: _Optional[_Iterable[_Union[Medication, _Mapping]]] = ..., active: _Optional[_Iterable[_Union[Medication, _Mapping]]] = ..., stopped: _Optional[_Iterable[_Union[Medication, _Mapping]]] = ..., jurisdiction: _Optional[_Union[_terms_pb2.Jurisdiction, str]] = ..., as_of: _Optional[str] = ..., country: _Optional[str] = ...) -> None: ...
