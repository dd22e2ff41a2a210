"""The clinical core: what a drug, a patient, a rule and an alert are.

Pure values and the three-valued logic over them; this ring imports the standard library only.
"""
