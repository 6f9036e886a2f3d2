"""The command line: `blotquant analyse`, `blotquant info`, `blotquant simulate`.

Exit codes: 0 when everything was done, 2 when a file, an experiment or an option cannot be used
(the reason stands on the error stream), 130 when it was interrupted.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from blotquant import __version__
from blotquant.errors import BlotquantError

BAD_INPUT = 2
INTERRUPTED = 130

EXAMPLE = (
    "Example: [bold]blotquant analyse parp.tif actin.tif --together --targets parp.tif=PARP"
    " --targets actin.tif=beta-actin --out results[/bold]"
)

app = typer.Typer(
    name="blotquant",
    help="Western blots to numbers: lanes, bands, cleaved-to-pro ratios with error bars.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; what a user can correct becomes one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a narrow code page must not stop the work
    try:
        app()
    except BlotquantError as error:
        complain(error)
        raise SystemExit(BAD_INPUT) from error
    except KeyboardInterrupt as interrupt:
        raise SystemExit(INTERRUPTED) from interrupt


def complain(error: BlotquantError) -> None:
    """Write what is wrong and what to do to the error stream."""
    typer.echo(f"blotquant: {error}", err=True)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the callback of a flag
    if wanted:
        typer.echo(f"blotquant {__version__}")
        raise typer.Exit


@app.callback()
def _blotquant(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
) -> None:
    """Western blots to numbers: lanes, bands, cleaved-to-pro ratios with error bars."""


@app.command(epilog=EXAMPLE)
def analyse(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT",
            help="Images, or one experiment file (.toml), or one project (.blot).",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the tables; made if need be.")
    ],
    panel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Proteins that may be on the blots: apoptosis, vitamin-k2 ..."
        ),
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]NAME,NAME", help="What was probed: on all images, or on one. Repeat it."
        ),
    ] = None,
    loading_control: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help="What to normalise by, total-protein, or none. Left out: the control probed.",
        ),
    ] = None,
    control: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Condition, or MEMBRANE:LANE, that fold changes are relative to.",
        ),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sample sheet (CSV): lane, sample, condition, dose ..."),
    ] = None,
    ladder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Marker product, or its bands: '250,150,100,75'."),
    ] = None,
    chemistry: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Gel chemistry: it decides what ladder bands weigh."),
    ] = None,
    polarity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]POLARITY",
            help="light-on-dark or dark-on-light. Left out: the picture decides.",
        ),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="How the level under a band is estimated: lane-baseline, local ..."
        ),
    ] = None,
    sensitivity: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Smallest signal-to-noise ratio of a row of bands."),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="The images show one membrane, probed in turn.")
    ] = False,
    membrane: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]NAME,NAME",
            help="Name of the membrane that all images show, or of those on one. Repeat it.",
        ),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE:ROW=TARGET/FORM",
            help="Settle what a row is (FILE:MEMBRANE:ROW=... where there are several). Repeat it.",
        ),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw blots and ratios: .svg, .pdf, .png or .tif."),
    ] = None,
) -> None:
    """Find lanes and bands; write bands.csv, lanes.csv, ratios.csv, summary.csv, ladders.csv.

    Images given plainly are analysed each by itself into the same tables; with --together they are
    photographs of one membrane, so that the loading control carries over.
    """
    from blotquant.cli.inputs import Options, project_of  # noqa: PLC0415 - keeps --help fast
    from blotquant.cli.run import run  # noqa: PLC0415 - keeps --help fast

    options = Options(
        panel=panel,
        targets=tuple(targets or ()),
        loading_control=loading_control,
        control=control,
        samples=samples,
        ladder=ladder,
        chemistry=chemistry,
        polarity=tuple(polarity or ()),
        background=background,
        sensitivity=sensitivity,
        together=together,
        membrane=tuple(membrane or ()),
        row=tuple(row or ()),
    )
    errors = run(project_of(tuple(inputs), options), out, figure)
    _finish(errors)


@app.command()
def info(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Images, experiments or projects.", show_default=False),
    ],
) -> None:
    """Say what a file holds: size, depth, polarity and why, saturation, metadata, SHA-256."""
    from blotquant.cli.run import describe_files  # noqa: PLC0415 - keeps --help fast

    _finish(describe_files(tuple(files)))


@app.command()
def simulate(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the pictures; made if need be.")
    ] = Path("simulated"),
    scenario: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="demo (an experiment to try), all, or one, such as doublets; list names them.",
        ),
    ] = "demo",
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="NUMBER", help="Another number, another blot of the same kind."
        ),
    ] = None,
) -> None:
    """Make blots whose truth is known: the demo experiment, or one difficulty at a time."""
    from blotquant.cli.run import simulate_blots  # noqa: PLC0415 - keeps --help fast

    simulate_blots(out, scenario, seed)


def _finish(errors: tuple[BlotquantError, ...]) -> None:
    """End with the code of bad input when files had to be left out; each was complained of."""
    if errors:
        raise typer.Exit(BAD_INPUT)
