"""The certification kit: `chargecore cert ...`, one folder per artefact; docs/certification.md."""
