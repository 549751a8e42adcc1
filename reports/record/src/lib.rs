//! The run record: its format, writer, reader and summary numbers.
