//! The HTTP/1.1 listener that every service of this workspace stands on.
