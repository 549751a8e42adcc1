//! The reference registration engine: HTTP service, durable register, bounded work.
