"""Typesets one report a line: reads JSON jobs on standard input, answers each with one line of JSON.

Started by the engine in a process of its own when there is no `typst` on the path but the Python package `typst` is installed.
A job names the folder, the document in it, the PDF to write and the standards it must keep. Nothing is downloaded.
"""
import json
import os
import sys

import typst

def fonts_of(job):
    try:
        return typst.Fonts(include_system_fonts=False, font_paths=job["fonts"])
    except AttributeError:
        return job["fonts"]


fonts = linked = None
print(json.dumps({"ready": True, "version": typst.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    # A text with other letters brings a font for them.
    now = sorted(name for folder in job["fonts"] for name in os.listdir(folder))
    if now != linked:
        fonts, linked = fonts_of(job), now
    try:
        typst.compile(
            job["folder"] + "/" + job["document"], output=job["pdf"], root=job["folder"], font_paths=fonts, ignore_system_fonts=True,
            format="pdf", pdf_standards=job["standards"], timestamp=job["timestamp"], package_path=job["folder"], package_cache_path=job["folder"],
        )
        answer = {"done": True}
    except Exception as error:  # the reason goes back to the engine, which decides
        answer = {"done": False, "reason": str(error)[:2000]}
    print(json.dumps(answer), flush=True)
