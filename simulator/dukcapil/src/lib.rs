//! The population-registry stand-in: an HTTP service with latency and capacity.
