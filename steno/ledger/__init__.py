"""What may be done with jobs, each in one transaction: the only place that changes rows."""
