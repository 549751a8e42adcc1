//! Pages from run records: HTML, JUnit.
