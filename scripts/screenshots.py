"""The pictures of the README and the guides, taken from a stored run's report.

    mtaudit audit seeds --reference seeds/001* seeds/003* seeds/004* --out RUN --fail-on never
    python scripts/screenshots.py RUN

Needs chromium and chromedriver on the PATH, selenium and pillow. The pictures have at most 128
colours, which is enough for a page of text and keeps each below 250 kB.
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

DESKTOP, PHONE = 1200, 390  # pixels of width
# Name, language, theme, width, selector of the first and last element shown, height at most.
# Sentence 4 of seed 000: three columns, grave findings, names that agree.
PICTURES = (
    ("report-desktop", "en", "light", DESKTOP, ".masthead", ".sentence", 1300),
    ("report-phone", "ar", "light", PHONE, ".head", ".sentence", 1600),
    ("head-en", "en", "light", DESKTOP, ".head", ".strip-box", 900),
    ("head-ar", "ar", "light", DESKTOP, ".head", ".strip-box", 900),
    ("sentence-en", "en", "light", DESKTOP, "#d0s3", "#d0s3 .notes", 900),
    ("sentence-ar", "ar", "light", DESKTOP, "#d0s3", "#d0s3 .notes", 900),
    ("evidence-en", "en", "light", DESKTOP, "#d0s3 .evidence", "#d0s3", 1200),
    ("evidence-ar", "ar", "light", DESKTOP, "#d0s3 .evidence", "#d0s3", 1200),
    ("phone-en", "en", "dark", PHONE, "#d0s18", "#d0s18", 1300),
    ("phone-ar", "ar", "dark", PHONE, "#d0s18", "#d0s18", 1300),
)
COLOURS = 128

TOOLBAR = 90  # stays in sight over what is scrolled to
PLACE = """
const [first, last] = [...arguments].map((s) => document.querySelector(s));
const top = first.getBoundingClientRect().top + scrollY;
return [top, last.getBoundingClientRect().bottom + scrollY - top];
"""


def taken(driver: Any, page: str, picture: tuple[Any, ...]) -> Image.Image:
    """One picture, cut out of the screen."""
    _, lang, theme, width, first, last, most = picture
    # High enough for the picture: what is far below the screen is not laid out.
    screen = {"width": width, "height": most + 2 * TOOLBAR, "deviceScaleFactor": 1}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**screen, "mobile": width < 600})
    driver.get(page)
    driver.execute_script(
        "localStorage.clear(); localStorage.setItem('mtaudit.lang', arguments[0]);"
        "localStorage.setItem('mtaudit.theme', arguments[1])", lang, theme,
    )  # fmt: skip
    driver.get("about:blank")
    driver.get(page)
    # Twice, for the page grows when it is laid out.
    for _ in range(2):
        top, length = driver.execute_script(PLACE, first, last)
        driver.execute_script("scrollTo(0, arguments[0])", top - TOOLBAR)
        time.sleep(0.5)
    top -= driver.execute_script("return scrollY")
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {})
    image = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    return image.crop((0, round(top), width, round(top) + min(round(length), most)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    args = parser.parse_args()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     f"--user-data-dir={profile}"):  # fmt: skip
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            page = (args.run / "report.html").resolve().as_uri()
            for picture in PICTURES:
                image = taken(driver, page, picture)
                path = args.out / f"{picture[0]}.png"
                image.quantize(COLOURS).save(path, optimize=True)
                print(f"{path}: {image.width} × {image.height}, {path.stat().st_size / 1e3:.0f} kB")
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
