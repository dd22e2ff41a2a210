"""Knowledge: YAML rules in, one immutable `KnowledgeBase` out, or every problem with its place.

Reading order: reader → tree → shape → (sources, classes, conditions, advice, rules) → meaning →
compiler; then suites → cases, and packed for the compiled file.
"""
