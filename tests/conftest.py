from hypothesis import HealthCheck, settings

# A busy machine is no fault: times are never asserted here.
settings.register_profile("voxpod", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("voxpod")
