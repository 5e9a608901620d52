import { exampleConfig } from "@bollard/bridge";

/** Where the service stands and whom it runs as. */
export interface ServiceOptions {
  /** What starts the bridge, such as `/usr/bin/bollard`. */
  readonly command: string;
  /** Such as `/etc/bollard/bridge.yaml`. */
  readonly config: string;
  /** Below `/usr/lib` for a package, below `/etc` for an administrator. */
  readonly base: "/usr/lib" | "/etc";
}

/** A file to be written. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
  /** It is the owner's once it is there, and never written over. */
  readonly isOwners: boolean;
}

/** The files that make a service of the bridge: unit, user, udev rule, and a configuration. */
export function serviceFiles(options: ServiceOptions): readonly ServiceFile[] {
  const { base, config } = options;
  return [
    { path: `${base}/systemd/system/bollard-bridge.service`, text: unit(options), isOwners: false },
    { path: `${base}/sysusers.d/bollard.conf`, text: sysusers, isOwners: false },
    { path: `${base}/udev/rules.d/70-bollard-serial.rules`, text: udevRules, isOwners: false },
    { path: config, text: exampleConfig(), isOwners: true },
  ];
}

const sysusers = `# The user that the bridge runs as, in the group that may use serial ports.
u bollard - "Bollard bridge" /var/lib/bollard
m bollard dialout
`;

const udevRules = `# Serial ports of sensor nodes: for the group dialout, and left alone by ModemManager, whose probes
# would be taken for frames.
ACTION=="add|change", SUBSYSTEM=="tty", SUBSYSTEMS=="usb", GROUP="dialout", MODE="0660", ENV{ID_MM_PORT_IGNORE}="1"
`;

function unit({ command, config }: ServiceOptions): string {
  return `[Unit]
Description=Bollard bridge: street sensors to city platforms
Documentation=https://bollard.dev/docs/running-the-bridge
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=notify
# systemd-notify speaks for it: Node has no Unix datagram sockets.
NotifyAccess=all
ExecStart=${command} bridge run ${config}
ExecReload=/bin/sh -c 'kill -HUP $MAINPID'
Restart=always
RestartSec=5
# 2: the configuration has a mistake, and trying again does not help.
RestartPreventExitStatus=2
# The watchdog is fed only while readings get on.
WatchdogSec=60
TimeoutStartSec=120
TimeoutStopSec=10

User=bollard
Group=bollard
SupplementaryGroups=dialout
StateDirectory=bollard
StateDirectoryMode=0700
UMask=0077
# One helper thread of V8 in place of four, which saves memory: the bridge works on one core.
Environment=NODE_ENV=production BOLLARD_DATA_DIR=/var/lib/bollard NODE_OPTIONS=--v8-pool-size=1
MemoryMax=512M
OOMScoreAdjust=-200

# All it may do: read its configuration, write its state, use serial ports and the network.
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
DevicePolicy=closed
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-ttyS rw
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
