"""The log as others read it: one pure module a form (FHIR AuditEvent, OCSF, ECS), all of them views of one line."""
