"""CDS Hooks: what an order-entry screen asks, read from FHIR, and the cards it gets back."""
