"""FHIR R4 (4.0.1): a bundle of resources for what each document says of its patient."""
