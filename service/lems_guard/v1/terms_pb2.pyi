from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_INFORMATION: _ClassVar[Severity]
    SEVERITY_MONITOR: _ClassVar[Severity]
    SEVERITY_CAUTION: _ClassVar[Severity]
    SEVERITY_AVOID: _ClassVar[Severity]
    SEVERITY_CONTRAINDICATED: _ClassVar[Severity]

class Certainty(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTAINTY_UNSPECIFIED: _ClassVar[Certainty]
    CERTAINTY_ESTABLISHED: _ClassVar[Certainty]
    CERTAINTY_POSSIBLE: _ClassVar[Certainty]

class Concern(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONCERN_UNSPECIFIED: _ClassVar[Concern]
    CONCERN_NEUROMUSCULAR_WEAKNESS: _ClassVar[Concern]
    CONCERN_SEIZURE: _ClassVar[Concern]
    CONCERN_CHOLINERGIC: _ClassVar[Concern]
    CONCERN_QT_PROLONGATION: _ClassVar[Concern]
    CONCERN_RESPIRATORY_DEPRESSION: _ClassVar[Concern]
    CONCERN_ANAESTHESIA: _ClassVar[Concern]
    CONCERN_DUPLICATE_THERAPY: _ClassVar[Concern]
    CONCERN_DOSE: _ClassVar[Concern]
    CONCERN_ABRUPT_STOP: _ClassVar[Concern]
    CONCERN_LABEL: _ClassVar[Concern]
    CONCERN_CONTRAINDICATED_CONDITION: _ClassVar[Concern]

class Disposition(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISPOSITION_UNSPECIFIED: _ClassVar[Disposition]
    DISPOSITION_EVALUATED: _ClassVar[Disposition]
    DISPOSITION_UNRESOLVED: _ClassVar[Disposition]
    DISPOSITION_AMBIGUOUS: _ClassVar[Disposition]
    DISPOSITION_NOT_CURRENT: _ClassVar[Disposition]

class Completeness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPLETENESS_UNSPECIFIED: _ClassVar[Completeness]
    COMPLETENESS_COMPLETE: _ClassVar[Completeness]
    COMPLETENESS_INCOMPLETE: _ClassVar[Completeness]

class CodeSystem(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODE_SYSTEM_UNSPECIFIED: _ClassVar[CodeSystem]
    CODE_SYSTEM_RXNORM: _ClassVar[CodeSystem]
    CODE_SYSTEM_NDC: _ClassVar[CodeSystem]
    CODE_SYSTEM_ATC: _ClassVar[CodeSystem]
    CODE_SYSTEM_SNOMED_CT: _ClassVar[CodeSystem]
    CODE_SYSTEM_UNII: _ClassVar[CodeSystem]
    CODE_SYSTEM_ICD10CM: _ClassVar[CodeSystem]
    CODE_SYSTEM_ICD10: _ClassVar[CodeSystem]
    CODE_SYSTEM_CVX: _ClassVar[CodeSystem]
    CODE_SYSTEM_ABSENT_UNKNOWN: _ClassVar[CodeSystem]

class Jurisdiction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JURISDICTION_UNSPECIFIED: _ClassVar[Jurisdiction]
    JURISDICTION_US: _ClassVar[Jurisdiction]
    JURISDICTION_EU: _ClassVar[Jurisdiction]
    JURISDICTION_CH: _ClassVar[Jurisdiction]

class Answer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_UNSPECIFIED: _ClassVar[Answer]
    ANSWER_YES: _ClassVar[Answer]
    ANSWER_NO: _ClassVar[Answer]

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PHASE_UNSPECIFIED: _ClassVar[Phase]
    PHASE_START: _ClassVar[Phase]
    PHASE_CONTINUE: _ClassVar[Phase]

class LemsStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEMS_STATUS_UNSPECIFIED: _ClassVar[LemsStatus]
    LEMS_STATUS_CONFIRMED: _ClassVar[LemsStatus]
    LEMS_STATUS_SUSPECTED: _ClassVar[LemsStatus]
    LEMS_STATUS_ABSENT: _ClassVar[LemsStatus]

class MedicationList(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDICATION_LIST_UNSPECIFIED: _ClassVar[MedicationList]
    MEDICATION_LIST_PROPOSED: _ClassVar[MedicationList]
    MEDICATION_LIST_ACTIVE: _ClassVar[MedicationList]
    MEDICATION_LIST_STOPPED: _ClassVar[MedicationList]

class HepaticImpairment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEPATIC_IMPAIRMENT_UNSPECIFIED: _ClassVar[HepaticImpairment]
    HEPATIC_IMPAIRMENT_NONE: _ClassVar[HepaticImpairment]
    HEPATIC_IMPAIRMENT_MILD: _ClassVar[HepaticImpairment]
    HEPATIC_IMPAIRMENT_MODERATE: _ClassVar[HepaticImpairment]
    HEPATIC_IMPAIRMENT_SEVERE: _ClassVar[HepaticImpairment]

class Nat2Phenotype(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NAT2_PHENOTYPE_UNSPECIFIED: _ClassVar[Nat2Phenotype]
    NAT2_PHENOTYPE_POOR: _ClassVar[Nat2Phenotype]
    NAT2_PHENOTYPE_INTERMEDIATE: _ClassVar[Nat2Phenotype]
    NAT2_PHENOTYPE_RAPID: _ClassVar[Nat2Phenotype]

class OverridePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERRIDE_POLICY_UNSPECIFIED: _ClassVar[OverridePolicy]
    OVERRIDE_POLICY_FREE: _ClassVar[OverridePolicy]
    OVERRIDE_POLICY_REASON: _ClassVar[OverridePolicy]
    OVERRIDE_POLICY_SECOND_PERSON: _ClassVar[OverridePolicy]

class MatchedBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MATCHED_BY_UNSPECIFIED: _ClassVar[MatchedBy]
    MATCHED_BY_CODE: _ClassVar[MatchedBy]
    MATCHED_BY_NAME: _ClassVar[MatchedBy]
    MATCHED_BY_BRAND: _ClassVar[MatchedBy]
    MATCHED_BY_SIG_TEXT: _ClassVar[MatchedBy]

class Route(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROUTE_UNSPECIFIED: _ClassVar[Route]
    ROUTE_ORAL: _ClassVar[Route]
    ROUTE_SUBLINGUAL: _ClassVar[Route]
    ROUTE_BUCCAL: _ClassVar[Route]
    ROUTE_ENTERAL_TUBE: _ClassVar[Route]
    ROUTE_INTRAVENOUS: _ClassVar[Route]
    ROUTE_INTRAMUSCULAR: _ClassVar[Route]
    ROUTE_SUBCUTANEOUS: _ClassVar[Route]
    ROUTE_INTRADERMAL: _ClassVar[Route]
    ROUTE_INTRATHECAL: _ClassVar[Route]
    ROUTE_EPIDURAL: _ClassVar[Route]
    ROUTE_INTRAPERITONEAL: _ClassVar[Route]
    ROUTE_INTRAPLEURAL: _ClassVar[Route]
    ROUTE_INTRA_ARTICULAR: _ClassVar[Route]
    ROUTE_INTRAVESICAL: _ClassVar[Route]
    ROUTE_LOCAL_INJECTION: _ClassVar[Route]
    ROUTE_INHALED: _ClassVar[Route]
    ROUTE_NASAL: _ClassVar[Route]
    ROUTE_OPHTHALMIC: _ClassVar[Route]
    ROUTE_OTIC: _ClassVar[Route]
    ROUTE_TOPICAL: _ClassVar[Route]
    ROUTE_TRANSDERMAL: _ClassVar[Route]
    ROUTE_RECTAL: _ClassVar[Route]
    ROUTE_VAGINAL: _ClassVar[Route]
    ROUTE_IRRIGATION: _ClassVar[Route]
    ROUTE_EXTRACORPOREAL: _ClassVar[Route]
    ROUTE_OTHER: _ClassVar[Route]

class EvidencePopulation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_POPULATION_UNSPECIFIED: _ClassVar[EvidencePopulation]
    EVIDENCE_POPULATION_LEMS: _ClassVar[EvidencePopulation]
    EVIDENCE_POPULATION_MYASTHENIA_GRAVIS: _ClassVar[EvidencePopulation]
    EVIDENCE_POPULATION_THEORETICAL: _ClassVar[EvidencePopulation]
    EVIDENCE_POPULATION_AMIFAMPRIDINE: _ClassVar[EvidencePopulation]

class EvidenceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_KIND_UNSPECIFIED: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_LABEL: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_GUIDELINE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_TRIAL: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_COHORT: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_CASE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_REFERENCE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_THEORY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_JUDGEMENT: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_SECOND_HAND: _ClassVar[EvidenceKind]

class ReviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_STATE_UNSPECIFIED: _ClassVar[ReviewState]
    REVIEW_STATE_UNREVIEWED: _ClassVar[ReviewState]
    REVIEW_STATE_SIGNED: _ClassVar[ReviewState]
    REVIEW_STATE_CHANGED: _ClassVar[ReviewState]
    REVIEW_STATE_DUE: _ClassVar[ReviewState]

class RuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_KIND_UNSPECIFIED: _ClassVar[RuleKind]
    RULE_KIND_DRUG_DISEASE: _ClassVar[RuleKind]
    RULE_KIND_INTERACTION: _ClassVar[RuleKind]
    RULE_KIND_PATIENT: _ClassVar[RuleKind]
    RULE_KIND_DOSE: _ClassVar[RuleKind]
    RULE_KIND_DUPLICATE: _ClassVar[RuleKind]
    RULE_KIND_STOP: _ClassVar[RuleKind]
    RULE_KIND_CUMULATIVE: _ClassVar[RuleKind]
SEVERITY_UNSPECIFIED: Severity
SEVERITY_INFORMATION: Severity
SEVERITY_MONITOR: Severity
SEVERITY_CAUTION: Severity
SEVERITY_AVOID: Severity
SEVERITY_CONTRAINDICATED: Severity
CERTAINTY_UNSPECIFIED: Certainty
CERTAINTY_ESTABLISHED: Certainty
CERTAINTY_POSSIBLE: Certainty
CONCERN_UNSPECIFIED: Concern
CONCERN_NEUROMUSCULAR_WEAKNESS: Concern
CONCERN_SEIZURE: Concern
CONCERN_CHOLINERGIC: Concern
CONCERN_QT_PROLONGATION: Concern
CONCERN_RESPIRATORY_DEPRESSION: Concern
CONCERN_ANAESTHESIA: Concern
CONCERN_DUPLICATE_THERAPY: Concern
CONCERN_DOSE: Concern
CONCERN_ABRUPT_STOP: Concern
CONCERN_LABEL: Concern
CONCERN_CONTRAINDICATED_CONDITION: Concern
DISPOSITION_UNSPECIFIED: Disposition
DISPOSITION_EVALUATED: Disposition
DISPOSITION_UNRESOLVED: Disposition
DISPOSITION_AMBIGUOUS: Disposition
DISPOSITION_NOT_CURRENT: Disposition
COMPLETENESS_UNSPECIFIED: Completeness
COMPLETENESS_COMPLETE: Completeness
COMPLETENESS_INCOMPLETE: Completeness
CODE_SYSTEM_UNSPECIFIED: CodeSystem
CODE_SYSTEM_RXNORM: CodeSystem
CODE_SYSTEM_NDC: CodeSystem
CODE_SYSTEM_ATC: CodeSystem
CODE_SYSTEM_SNOMED_CT: CodeSystem
CODE_SYSTEM_UNII: CodeSystem
CODE_SYSTEM_ICD10CM: CodeSystem
CODE_SYSTEM_ICD10: CodeSystem
CODE_SYSTEM_CVX: CodeSystem
CODE_SYSTEM_ABSENT_UNKNOWN: CodeSystem
JURISDICTION_UNSPECIFIED: Jurisdiction
JURISDICTION_US: Jurisdiction
JURISDICTION_EU: Jurisdiction
JURISDICTION_CH: Jurisdiction
ANSWER_UNSPECIFIED: Answer
ANSWER_YES: Answer
ANSWER_NO: Answer
PHASE_UNSPECIFIED: Phase
PHASE_START: Phase
PHASE_CONTINUE: Phase
LEMS_STATUS_UNSPECIFIED: LemsStatus
LEMS_STATUS_CONFIRMED: LemsStatus
LEMS_STATUS_SUSPECTED: LemsStatus
LEMS_STATUS_ABSENT: LemsStatus
MEDICATION_LIST_UNSPECIFIED: MedicationList
MEDICATION_LIST_PROPOSED: MedicationList
MEDICATION_LIST_ACTIVE: MedicationList
MEDICATION_LIST_STOPPED: MedicationList
HEPATIC_IMPAIRMENT_UNSPECIFIED: HepaticImpairment
HEPATIC_IMPAIRMENT_NONE: HepaticImpairment
HEPATIC_IMPAIRMENT_MILD: HepaticImpairment
HEPATIC_IMPAIRMENT_MODERATE: HepaticImpairment
HEPATIC_IMPAIRMENT_SEVERE: HepaticImpairment
NAT2_PHENOTYPE_UNSPECIFIED: Nat2Phenotype
NAT2_PHENOTYPE_POOR: Nat2Phenotype
NAT2_PHENOTYPE_INTERMEDIATE: Nat2Phenotype
NAT2_PHENOTYPE_RAPID: Nat2Phenotype
OVERRIDE_POLICY_UNSPECIFIED: OverridePolicy
OVERRIDE_POLICY_FREE: OverridePolicy
OVERRIDE_POLICY_REASON: OverridePolicy
OVERRIDE_POLICY_SECOND_PERSON: OverridePolicy
MATCHED_BY_UNSPECIFIED: MatchedBy
MATCHED_BY_CODE: MatchedBy
MATCHED_BY_NAME: MatchedBy
MATCHED_BY_BRAND: MatchedBy
MATCHED_BY_SIG_TEXT: MatchedBy
ROUTE_UNSPECIFIED: Route
ROUTE_ORAL: Route
ROUTE_SUBLINGUAL: Route
ROUTE_BUCCAL: Route
ROUTE_ENTERAL_TUBE: Route
ROUTE_INTRAVENOUS: Route
ROUTE_INTRAMUSCULAR: Route
ROUTE_SUBCUTANEOUS: Route
ROUTE_INTRADERMAL: Route
ROUTE_INTRATHECAL: Route
ROUTE_EPIDURAL: Route
ROUTE_INTRAPERITONEAL: Route
ROUTE_INTRAPLEURAL: Route
ROUTE_INTRA_ARTICULAR: Route
ROUTE_INTRAVESICAL: Route
ROUTE_LOCAL_INJECTION: Route
ROUTE_INHALED: Route
ROUTE_NASAL: Route
ROUTE_OPHTHALMIC: Route
ROUTE_OTIC: Route
ROUTE_TOPICAL: Route
ROUTE_TRANSDERMAL: Route
ROUTE_RECTAL: Route
ROUTE_VAGINAL: Route
ROUTE_IRRIGATION: Route
ROUTE_EXTRACORPOREAL: Route
ROUTE_OTHER: Route
EVIDENCE_POPULATION_UNSPECIFIED: EvidencePopulation
EVIDENCE_POPULATION_LEMS: EvidencePopulation
EVIDENCE_POPULATION_MYASTHENIA_GRAVIS: EvidencePopulation
EVIDENCE_POPULATION_THEORETICAL: EvidencePopulation
EVIDENCE_POPULATION_AMIFAMPRIDINE: EvidencePopulation
EVIDENCE_KIND_UNSPECIFIED: EvidenceKind
EVIDENCE_KIND_LABEL: EvidenceKind
EVIDENCE_KIND_GUIDELINE: EvidenceKind
EVIDENCE_KIND_TRIAL: EvidenceKind
EVIDENCE_KIND_COHORT: EvidenceKind
EVIDENCE_KIND_CASE: EvidenceKind
EVIDENCE_KIND_REFERENCE: EvidenceKind
EVIDENCE_KIND_THEORY: EvidenceKind
EVIDENCE_KIND_JUDGEMENT: EvidenceKind
EVIDENCE_KIND_SECOND_HAND: EvidenceKind
REVIEW_STATE_UNSPECIFIED: ReviewState
REVIEW_STATE_UNREVIEWED: ReviewState
REVIEW_STATE_SIGNED: ReviewState
REVIEW_STATE_CHANGED: ReviewState
REVIEW_STATE_DUE: ReviewState
RULE_KIND_UNSPECIFIED: RuleKind
RULE_KIND_DRUG_DISEASE: RuleKind
RULE_KIND_INTERACTION: RuleKind
RULE_KIND_PATIENT: RuleKind
RULE_KIND_DOSE: RuleKind
RULE_KIND_DUPLICATE: RuleKind
RULE_KIND_STOP: RuleKind
RULE_KIND_CUMULATIVE: RuleKind
