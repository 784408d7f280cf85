"""The certification kit, `chargecore cert ...`: what a maker runs before the laboratory does.

Cases are YAML files (cases/), written in the words of docs/cert_cases.md.

    marked_yaml  YAML whose nodes know their line      grammar    which words a case may use
    case_loader  a file becomes a Case (case)          matcher    what a value must be
    scope        $names                                conditions when a case applies
    lab_settings lab.yaml                              lab        server, rig and clock of one run
    case_run     plays one case (listener)             step_*     what each word does
    record       every frame with its time             desk       what the server answers
    cleanup      makes the station as it was           readout    what the station says of itself
    campaign     many cases, and their results         sim_site   simulators that the runner starts
    rigs/        who plugs, swipes and cuts            checks/    what cannot be said in a case
    makers/      what a case cannot write down         report/    for people and programs

Every other artefact has a folder of its own: freeze, snapshot, ...; docs/certification.md.
"""
