"""The health sector by FHIR R4: payloads, translation, interface and folder.

May import connectors' kit and transports, and schemas; imported by connectors/registry alone.
"""
