/** Whether what a package says of its licence is an expression that SPDX documents may hold. */

/** The identifiers of the SPDX licence list that distributions use most. */
const KNOWN = new Set(
  (
    "0BSD AFL-2.1 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-1.0-Perl " +
    "Artistic-2.0 Beerware BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-4-Clause " +
    "BSD-4-Clause-UC BSD-Source-Code BSL-1.0 bzip2-1.0.6 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 " +
    "CC0-1.0 CDDL-1.0 CPL-1.0 curl EPL-1.0 EPL-2.0 FSFAP FSFUL FSFULLR FSFULLRWD FTL GFDL-1.1-or-later " +
    "GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GPL-1.0-only GPL-1.0-or-later GPL-2.0-only " +
    "GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later HPND HPND-sell-variant ICU IJG Info-ZIP ISC " +
    "LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later " +
    "Libpng libpng-2.0 libtiff MIT MIT-0 MIT-CMU MPL-1.0 MPL-1.1 MPL-2.0 NCSA NTP OFL-1.1 OLDAP-2.8 " +
    "OpenSSL PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Python-2.0.1 Ruby Sendmail SGI-B-2.0 Sleepycat " +
    "SMLNJ SSH-OpenSSH SSH-short TCL Unicode-3.0 Unicode-DFS-2016 Unlicense Vim W3C WTFPL X11 " +
    "X11-distribute-modifications-variant Zlib zlib-acknowledgement ZPL-2.1"
  ).split(" "),
);
const EXCEPTIONS = new Set(
  (
    "Autoconf-exception-2.0 Autoconf-exception-3.0 Autoconf-exception-generic Bison-exception-2.2 " +
    "Classpath-exception-2.0 Font-exception-2.0 GCC-exception-2.0 GCC-exception-3.1 Libtool-exception " +
    "Linux-syscall-note LLVM-exception OCaml-LGPL-linking-exception Texinfo-exception"
  ).split(" "),
);

/** Whether `text` is an expression of known identifiers with AND, OR, WITH and parentheses. */
export function isSpdx(text: string): boolean {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const term = (): boolean => {
    const word = words[at++] ?? "";
    if (word === "(") return expression() && words[at++] === ")";
    if (!KNOWN.has(word)) return false;
    if (words[at] !== "WITH") return true;
    at++;
    return EXCEPTIONS.has(words[at++] ?? "");
  };
  const expression = (): boolean => {
    if (!term()) return false;
    while (words[at] === "AND" || words[at] === "OR") {
      at++;
      if (!term()) return false;
    }
    return true;
  };
  return text.length < 4096 && expression() && at === words.length;
}
