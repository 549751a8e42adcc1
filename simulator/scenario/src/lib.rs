//! Scenario file to checked plan; arrival schedules; pure.
