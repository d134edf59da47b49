"""The service's workers: Celery brings hints, the database says what is to be done, stages do it."""
