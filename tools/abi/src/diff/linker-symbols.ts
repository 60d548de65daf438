/**
 * Names that linkers and the files which every link begins and ends with put into a library. Nobody binds to another file's: each file
 * has its own, and means it. So they come and go with the tools that a library was built with, and are no offer. By name, with
 * where they come from; docs/reference/abi-diff.md has the table. Names that `ld` only provides where a file asks for them (`end`, `edata`,
 * `etext`) may be a library's own, and stay in.
 */
export const linkerSymbols: Readonly<Record<string, string>> = {
  _init: 'crti.o of the C library: the body of DT_INIT',
  _fini: 'crti.o of the C library: the body of DT_FINI',
  _start: 'crt1.o of the C library: where a program begins',
  data_start: 'crt1.o of the C library: where its data begins',
  __data_start: 'crt1.o of the C library: where its data begins',
  _IO_stdin_used: 'crt1.o of glibc: which form of `FILE` a program was compiled for',
  __dso_handle: 'crtbegin.o of the compiler: names the file to `atexit`',
  __TMC_END__: 'crtend.o of the compiler: the end of the table of transactional clones',
  _edata: 'the linker’s script: the end of the initialised data',
  _end: 'the linker’s script: the end of everything',
  __bss_start: 'the linker’s script: where the zeroed data begins',
  __bss_start__: 'the linker’s script for arm: where the zeroed data begins',
  __bss_end__: 'the linker’s script for arm: the end of the zeroed data',
  _bss_end__: 'the linker’s script for arm: the end of the zeroed data',
  __end__: 'the linker’s script for arm: the end of everything',
  _DYNAMIC: 'the linker, as the System V ABI has it: the dynamic section',
  _GLOBAL_OFFSET_TABLE_: 'the linker, as the processor’s ABI has it: the table of addresses',
  _PROCEDURE_LINKAGE_TABLE_: 'the linker, as the processor’s ABI has it: the table of jumps',
  __so_start: 'execable.h of libcap, given to the linker as the entry: where the library begins when it is started as a program',
  __execable_dl_loader: 'execable.h of libcap: the loader’s path, for a library that is started as a program',
};
