"""What is told of processors, from what real ones say of themselves, with the flags that matter nothing shortened."""

import pytest

from harness.machine.processor import Processor, of_cpuinfo, of_sysctl, this_processor

EPYC = """processor	: {core}
vendor_id	: AuthenticAMD
cpu family	: {family}
model		: {model}
model name	: AMD EPYC
stepping	: 1
microcode	: 0x1000065
cpu MHz		: 2596.122
flags		: fpu vme de pse tsc msr sse sse2 ht syscall nx mmxext lm pni pclmulqdq ssse3 fma sse4_2 avx f16c {flags}
bugs		: sysret_ss_attrs null_seg spectre_v1 spectre_v2
"""
TURIN = "abm bmi1 avx2 bmi2 avx512f avx512dq avx_vnni avx512_bf16 vaes avx512_vnni avx512_bitalg avx512_vp2intersect"
MILAN = "abm bmi1 avx2 smep bmi2 erms invpcid vaes vpclmulqdq"

XEON = """processor       : 0
vendor_id       : GenuineIntel
cpu family      : 6
model           : 173
model name      : Intel(R) Xeon(R) 6972P
stepping        : 1
flags           : fpu vme avx f16c avx2 avx512f avx512dq avx_vnni avx512_bf16 avx512_vnni amx_bf16 avx512_fp16 \
amx_tile amx_int8
vmx flags       : vnmi preemption_timer
address sizes   : 52 bits physical, 57 bits virtual
""".replace("\\\n", "")

GRAVITON = """processor	: {core}
BogoMIPS	: 2100.00
Features	: fp asimd evtstrm aes atomics fphp asimdhp cpuid asimddp sha512 sve asimdfhm svei8mm svebf16 i8mm bf16
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x1
CPU part	: {part}
CPU revision	: 1
"""

M3 = """hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_EBF16: 0
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.AdvSIMD: 1
hw.optional.arm.FEAT_SME: 0
hw.optional.neon: 1
hw.cpufamily: 1912690738
machdep.cpu.core_count: 14
machdep.cpu.brand_string: Apple M3 Max
"""
SKYLAKE = """hw.optional.avx1_0: 1
hw.optional.avx2_0: 1
hw.optional.avx512f: 0
hw.cpufamily: 939270559
machdep.cpu.brand_string: Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz
machdep.cpu.family: 6
machdep.cpu.model: 158
machdep.cpu.stepping: 10
"""


def epyc(family, model, flags):
    return of_cpuinfo("\n".join(EPYC.format(core=core, family=family, model=model, flags=flags) for core in range(2)))


def test_two_processors_of_one_name_differ_in_model_and_instruction_sets():
    new, old = epyc(26, 2, TURIN), epyc(25, 1, MILAN)
    assert new == Processor(
        "AMD EPYC", "family 26, model 2, stepping 1", "avx+avx2+avx_vnni+avx512f+avx512_vnni+avx512_bf16"
    )
    assert old == Processor("AMD EPYC", "family 25, model 1, stepping 1", "avx+avx2")
    assert str(old) == "AMD EPYC (family 25, model 1, stepping 1; avx+avx2)"


def test_an_intel_processor_that_multiplies_matrices():
    assert of_cpuinfo(XEON) == Processor(
        "Intel(R) Xeon(R) 6972P",
        "family 6, model 173, stepping 1",
        "avx+avx2+avx_vnni+avx512f+avx512_vnni+avx512_bf16+avx512_fp16+amx_tile+amx_int8+amx_bf16",
    )


def test_an_arm_processor_has_numbers_for_a_name():
    assert of_cpuinfo("\n".join(GRAVITON.format(core=core, part="0xd40") for core in range(4))) == Processor(
        "Arm 0x41 0xd40", "implementer 0x41, part 0xd40, variant 0x1, revision 1", "asimd+i8mm+bf16+sve"
    )


def test_of_cores_that_differ_all_are_named_and_only_what_all_can_do_counts():
    small = GRAVITON.format(core=1, part="0xd03").replace(" sve ", " ").replace(" i8mm bf16", "")
    found = of_cpuinfo(GRAVITON.format(core=0, part="0xd40") + "\n" + small + "\nHardware	: a board\n")
    assert found is not None
    assert (found.name, found.instructions) == ("Arm 0x41 0xd40 and Arm 0x41 0xd03", "asimd")
    assert found.model.count("implementer") == 2


def test_what_macos_says():
    assert of_sysctl(M3) == Processor("Apple M3 Max", "family 1912690738", "asimd+i8mm+bf16")
    assert of_sysctl(SKYLAKE) == Processor(
        "Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz", "family 6, model 158, stepping 10", "avx+avx2"
    )


@pytest.mark.parametrize("text", ["", "no such file", "Hardware : a board\n\nrevision : 3\n"])
def test_a_text_without_a_processor_tells_of_none(text):
    assert of_cpuinfo(text) is None
    assert of_sysctl(text) is None


def test_this_machine_has_one():
    assert this_processor().name
    assert this_processor() is this_processor()
