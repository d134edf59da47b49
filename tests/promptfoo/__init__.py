"""Language models and templates side by side over the golden meetings, with promptfoo. README.md says how."""
