"""The API's contract: operations as they are served are operations as they are documented, of one declaration."""

from web.contract.operations import Answer, Operation, Parameter, Routes, json_answer

__all__ = ["Answer", "Operation", "Parameter", "Routes", "json_answer"]
