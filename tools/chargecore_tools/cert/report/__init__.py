"""Reports of a run: report.json for programs, junit.xml for CI, report.html for people."""
