#!/usr/bin/env python3
"""Benign events, as JSON lines, to measure how often generated rules fire where nothing is wrong.

    scripts/benign-events.py windows [--events N] [--seed S]   synthesised Windows sessions
    scripts/benign-events.py linux [--packages]                real: a session of administration under strace

Recipe (Windows). A fleet of office PCs, developers' PCs, servers and administrators' PCs; each event is drawn from the lists
below with the weights beside them: programs that start (with the arguments that installers, services, help desks and
administrators use), files written, registry values set, libraries loaded, DNS names asked for, connections made, and web
requests of a proxy. Administration is deliberately over-represented: encoded commands of management agents, `net`, `sc`, `reg`,
`schtasks`, `wmic`, `vssadmin list`, `certutil -hashfile`, PowerShell with `-ExecutionPolicy Bypass`. Nothing here is taken from
a log of anyone. The same seed gives the same events.

Recipe (Linux). A shell runs the commands of SESSION and BUILD, and with --packages those of PACKAGES, which install and remove
packages and start a daemon of ssh on this machine, so run it where that may be; `strace -f -e trace=execve` records every program that really
starts, also those that programs start themselves (git, make, pip, tar, find -exec …). The
session is a file, so that no event has the whole of it in its command line. Repeatable, not byte for byte.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile

SYSMON = "Microsoft-Windows-Sysmon/Operational"
USERS = ["anna", "bruno", "chidi", "dana", "emre", "fatou", "goran", "hana", "ines", "jonas", "keiko", "lars", "mei", "nadia"]
SERVICE = ["NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\LOCAL SERVICE", "NT AUTHORITY\\NETWORK SERVICE"]
S32 = "C:\\Windows\\System32\\"
PF, PF86 = "C:\\Program Files\\", "C:\\Program Files (x86)\\"
HOSTS = ["fs01", "dc01", "dc02", "sql01", "web03", "print01", "wsus01", "bkp02"]
DOMAINS = ["www.example.com", "login.microsoftonline.com", "outlook.office365.com", "update.googleapis.com", "github.com",
           "raw.githubusercontent.com", "pypi.org", "registry.npmjs.org", "cdn.discordapp.com", "slack.com", "zoom.us",
           "ctldl.windowsupdate.com", "settings-win.data.microsoft.com", "www.bing.com", "api.dropboxapi.com", "docs.python.org",
           "intranet.contoso.example", "dc01.contoso.example", "wpad.contoso.example", "time.windows.com", "ocsp.digicert.com"]

# weight, image, parent, command lines ({u} user, {h} host, {n} number, {g} GUID, {f} file)
PROCESSES = [
    (30, S32 + "svchost.exe", S32 + "services.exe", [
        "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule", "C:\\Windows\\system32\\svchost.exe -k LocalService -p",
        "C:\\Windows\\system32\\svchost.exe -k wsappx -p -s AppXSvc", "C:\\Windows\\system32\\svchost.exe -k NetworkService -p"]),
    (12, S32 + "conhost.exe", S32 + "cmd.exe", ["\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"]),
    (8, S32 + "backgroundTaskHost.exe", S32 + "svchost.exe", [
        "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppX{n}.mca"]),
    (20, PF + "Google\\Chrome\\Application\\chrome.exe", "C:\\Windows\\explorer.exe", [
        "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --profile-directory=Default",
        "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=renderer --lang=en-US --renderer-client-id={n} /prefetch:1",
        "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=utility --utility-sub-type=network.mojom.NetworkService"]),
    (12, PF86 + "Microsoft\\Edge\\Application\\msedge.exe", "C:\\Windows\\explorer.exe", [
        "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --single-argument https://intranet.contoso.example/",
        "\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" --type=gpu-process --gpu-preferences=UAAAAA"]),
    (8, PF + "Microsoft Office\\root\\Office16\\WINWORD.EXE", "C:\\Windows\\explorer.exe", [
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n \"C:\\Users\\{u}\\Documents\\Report {n}.docx\" /o \"\"",
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n \"C:\\Users\\{u}\\Downloads\\Invoice_{n}.docx\" /o \"\""]),
    (8, PF + "Microsoft Office\\root\\Office16\\EXCEL.EXE", "C:\\Windows\\explorer.exe", [
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" \"C:\\Users\\{u}\\Documents\\Budget.xlsx\"",
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" \"\\\\{h}\\finance\\Q{n}.xlsm\""]),
    (6, PF + "Microsoft Office\\root\\Office16\\OUTLOOK.EXE", "C:\\Windows\\explorer.exe", [
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE\""]),
    (5, "C:\\Users\\{u}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe", "C:\\Windows\\explorer.exe", [
        "\"C:\\Users\\{u}\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe\" --type=renderer"]),
    (4, "C:\\Users\\{u}\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe", "C:\\Windows\\explorer.exe", ["OneDrive.exe /background"]),
    (5, S32 + "rundll32.exe", S32 + "svchost.exe", [
        "C:\\Windows\\system32\\rundll32.exe C:\\Windows\\system32\\PcaSvc.dll,PcaPatchSdbTask",
        "\"C:\\Windows\\System32\\rundll32.exe\" shell32.dll,Control_RunDLL desk.cpl", "rundll32.exe AppXDeploymentExtensions.OneCore.dll,ShellRefresh",
        "rundll32.exe printui.dll,PrintUIEntry /in /n \\\\print01\\floor{n}", "C:\\Windows\\system32\\rundll32.exe keymgr.dll,KRShowKeyMgr",
        "rundll32.exe dfshim.dll,ShOpenVerbApplication https://intranet.contoso.example/tool.application"]),
    (3, S32 + "regsvr32.exe", PF + "Vendor\\setup.exe", [
        "regsvr32.exe /s \"C:\\Program Files\\Vendor\\shellext.dll\"", "regsvr32 /s /u \"C:\\Program Files (x86)\\Vendor\\old.ocx\""]),
    (6, S32 + "msiexec.exe", S32 + "services.exe", [
        "C:\\Windows\\system32\\msiexec.exe /V", "msiexec.exe /i \"\\\\wsus01\\packages\\7z{n}-x64.msi\" /qn /norestart",
        "msiexec /x {g} /quiet /norestart", "msiexec.exe /i C:\\Users\\{u}\\Downloads\\node-v{n}-x64.msi"]),
    (6, S32 + "cmd.exe", "C:\\Windows\\explorer.exe", [
        "\"C:\\Windows\\system32\\cmd.exe\"", "C:\\Windows\\system32\\cmd.exe /c \"\\\\dc01\\netlogon\\logon.bat\"",
        "cmd.exe /c dir /b /s C:\\build\\out", "cmd /c copy /y report.txt \\\\fs01\\public\\", "cmd.exe /d /s /c \"npm run build\"",
        "cmd /c echo %USERNAME% >> C:\\logs\\logon.txt", "cmd.exe /c del /q C:\\Windows\\Temp\\setup{n}.log",
        "cmd /c ping -n 3 127.0.0.1 > nul & start app.exe", "cmd /c type C:\\ProgramData\\Agent\\config.ini"]),
    (10, S32 + "WindowsPowerShell\\v1.0\\powershell.exe", "C:\\Windows\\explorer.exe", [
        "powershell.exe", "powershell.exe -NoProfile -ExecutionPolicy Bypass -File \"C:\\Program Files\\Agent\\inventory.ps1\"",
        "powershell.exe -NoLogo -NonInteractive -NoProfile -ExecutionPolicy RemoteSigned -File C:\\scripts\\backup.ps1",
        "powershell.exe -Command \"Get-Service | Where-Object Status -eq Running | Export-Csv C:\\temp\\services.csv\"",
        "powershell -Command \"Get-ADUser -Filter * -Properties LastLogonDate | Select Name,LastLogonDate\"",
        "powershell.exe -Command \"Test-NetConnection {h} -Port 443\"", "powershell.exe Get-ComputerInfo",
        "powershell.exe -NoProfile -NonInteractive -EncodedCommand RwBlAHQALQBIAG8AdABGAGkAeAA=",
        "powershell.exe -ExecutionPolicy Bypass -Command \"Install-Module PSWindowsUpdate -Force\"",
        "powershell.exe -WindowStyle Hidden -File C:\\ProgramData\\Agent\\heartbeat.ps1",
        "powershell -c \"Invoke-WebRequest https://www.example.com/tool.zip -OutFile C:\\temp\\tool.zip\"",
        "powershell.exe -Command Get-MpComputerStatus", "powershell.exe -Command \"Get-WmiObject Win32_BIOS\""]),
    (4, S32 + "net.exe", S32 + "cmd.exe", [
        "net use Z: \\\\fs01\\public /persistent:yes", "net user {u} /domain", "net localgroup administrators", "net start spooler",
        "net stop spooler", "net view \\\\fs01", "net time \\\\dc01", "net accounts", "net share", "net group \"Helpdesk\" /domain"]),
    (4, S32 + "sc.exe", S32 + "cmd.exe", [
        "sc query wuauserv", "sc.exe config spooler start= auto", "sc stop wuauserv", "sc start wuauserv",
        "sc create AgentSvc binPath= \"C:\\Program Files\\Agent\\agent.exe\" start= auto", "sc qc AgentSvc", "sc \\\\{h} query"]),
    (4, S32 + "reg.exe", S32 + "cmd.exe", [
        "reg query HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall /s",
        "reg add HKCU\\Software\\Vendor\\App /v Language /t REG_SZ /d en /f", "reg query \"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\" /v ProductName",
        "reg add HKLM\\SOFTWARE\\Policies\\Google\\Chrome /v HomepageLocation /t REG_SZ /d https://intranet.contoso.example /f",
        "reg export HKCU\\Software\\Vendor C:\\temp\\vendor.reg /y", "reg delete HKCU\\Software\\Vendor\\Old /f"]),
    (4, S32 + "schtasks.exe", S32 + "cmd.exe", [
        "schtasks /query /fo LIST /v", "schtasks.exe /Create /TN \"Vendor\\Updater\" /XML \"C:\\Program Files\\Vendor\\task.xml\" /F",
        "schtasks /create /tn \"Nightly backup\" /tr \"C:\\scripts\\backup.cmd\" /sc daily /st 02:00 /ru SYSTEM",
        "schtasks /run /tn \"Vendor\\Updater\"", "schtasks /delete /tn \"Old task\" /f", "schtasks /change /tn \"Vendor\\Updater\" /disable"]),
    (3, S32 + "wbem\\WMIC.exe", S32 + "cmd.exe", [
        "wmic os get caption,version", "wmic cpu get name", "wmic logicaldisk get size,freespace,caption", "wmic product get name,version",
        "wmic process where name='app.exe' get processid", "wmic bios get serialnumber", "wmic qfe list brief"]),
    (2, S32 + "vssadmin.exe", S32 + "cmd.exe", ["vssadmin list shadows", "vssadmin list writers", "vssadmin list shadowstorage"]),
    (2, S32 + "wevtutil.exe", S32 + "cmd.exe", ["wevtutil qe System /c:20 /f:text /rd:true", "wevtutil gl Security", "wevtutil epl Application C:\\temp\\app.evtx"]),
    (2, S32 + "certutil.exe", S32 + "cmd.exe", [
        "certutil -hashfile C:\\temp\\setup.exe SHA256", "certutil.exe -store my", "certutil -addstore root C:\\certs\\contoso-ca.cer", "certutil -dump C:\\certs\\web.cer"]),
    (2, S32 + "bitsadmin.exe", S32 + "cmd.exe", ["bitsadmin /list /allusers", "bitsadmin /monitor"]),
    (4, S32 + "ipconfig.exe", S32 + "cmd.exe", ["ipconfig /all", "ipconfig /flushdns", "ipconfig /release", "ipconfig /renew"]),
    (3, S32 + "nslookup.exe", S32 + "cmd.exe", ["nslookup {h}.contoso.example", "nslookup -type=mx contoso.example"]),
    (3, S32 + "PING.EXE", S32 + "cmd.exe", ["ping {h}", "ping -t 10.0.{n}.1", "ping -n 5 127.0.0.1"]),
    (2, S32 + "tasklist.exe", S32 + "cmd.exe", ["tasklist", "tasklist /svc", "tasklist /fi \"imagename eq app.exe\""]),
    (2, S32 + "taskkill.exe", S32 + "cmd.exe", ["taskkill /im app.exe /f", "taskkill /pid {n}"]),
    (2, S32 + "whoami.exe", S32 + "cmd.exe", ["whoami", "whoami /groups"]),
    (1, S32 + "systeminfo.exe", S32 + "cmd.exe", ["systeminfo"]),
    (1, S32 + "hostname.exe", S32 + "cmd.exe", ["hostname"]),
    (2, S32 + "netstat.exe", S32 + "cmd.exe", ["netstat -ano", "netstat -rn"]),
    (2, S32 + "netsh.exe", S32 + "cmd.exe", [
        "netsh interface ip show config", "netsh advfirewall show allprofiles", "netsh wlan show interfaces",
        "netsh advfirewall firewall add rule name=\"Vendor Agent\" dir=in action=allow program=\"C:\\Program Files\\Agent\\agent.exe\" enable=yes"]),
    (2, S32 + "gpupdate.exe", S32 + "cmd.exe", ["gpupdate /force"]),
    (1, S32 + "nltest.exe", S32 + "cmd.exe", ["nltest /dsgetdc:contoso.example", "nltest /sc_query:contoso.example"]),
    (2, S32 + "icacls.exe", S32 + "cmd.exe", ["icacls D:\\shares\\public /grant \"CONTOSO\\Staff:(OI)(CI)M\" /T", "icacls C:\\inetpub\\wwwroot"]),
    (2, S32 + "robocopy.exe", S32 + "cmd.exe", ["robocopy D:\\shares \\\\bkp02\\shares /MIR /R:1 /W:1 /LOG:C:\\logs\\mirror.log"]),
    (1, S32 + "bcdedit.exe", S32 + "cmd.exe", ["bcdedit /enum"]),
    (1, S32 + "wbadmin.exe", S32 + "cmd.exe", ["wbadmin get versions", "wbadmin start backup -backupTarget:E: -include:C: -quiet"]),
    (1, S32 + "dism.exe", S32 + "cmd.exe", ["dism /online /cleanup-image /restorehealth"]),
    (1, S32 + "fsutil.exe", S32 + "cmd.exe", ["fsutil dirty query C:", "fsutil volume diskfree C:"]),
    (1, S32 + "cscript.exe", S32 + "cmd.exe", ["cscript //nologo C:\\Windows\\System32\\slmgr.vbs /dli", "cscript.exe //B \\\\dc01\\netlogon\\printers.vbs"]),
    (1, S32 + "wscript.exe", "C:\\Windows\\explorer.exe", ["wscript.exe \"\\\\dc01\\netlogon\\logon.vbs\""]),
    (1, S32 + "mstsc.exe", "C:\\Windows\\explorer.exe", ["mstsc.exe /v:{h}", "\"C:\\Windows\\system32\\mstsc.exe\""]),
    (1, S32 + "mshta.exe", "C:\\Windows\\explorer.exe", ["mshta.exe \"C:\\Program Files\\Vendor\\help.hta\""]),
    (1, S32 + "dsquery.exe", S32 + "cmd.exe", ["dsquery computer -inactive 8"]),
    (1, "C:\\Tools\\PsExec64.exe", S32 + "cmd.exe", ["PsExec64.exe \\\\{h} ipconfig"]),
    (4, PF + "Git\\cmd\\git.exe", PF + "Microsoft VS Code\\Code.exe", ["git status --porcelain", "git fetch --all --prune", "git pull --rebase", "git log -n 1"]),
    (3, PF + "nodejs\\node.exe", S32 + "cmd.exe", ["node server.js", "\"C:\\Program Files\\nodejs\\node.exe\" npm-cli.js install"]),
    (3, "C:\\Python312\\python.exe", S32 + "cmd.exe", ["python -m pip install requests", "python manage.py runserver", "python.exe C:\\scripts\\report.py --month {n}"]),
    (2, PF + "7-Zip\\7z.exe", S32 + "cmd.exe", ["7z.exe a -tzip D:\\backup\\docs{n}.zip D:\\docs", "7z x package.zip -oC:\\temp\\package"]),
    (1, S32 + "curl.exe", S32 + "cmd.exe", ["curl -O https://www.example.com/tool.zip", "curl.exe -s https://intranet.contoso.example/health"]),
    (1, S32 + "tar.exe", S32 + "cmd.exe", ["tar -xf archive{n}.zip -C C:\\temp"]),
    (1, S32 + "OpenSSH\\ssh.exe", S32 + "cmd.exe", ["ssh admin@{h}", "ssh -i C:\\Users\\{u}\\.ssh\\id_ed25519 git@github.com"]),
    (2, S32 + "taskhostw.exe", S32 + "svchost.exe", ["taskhostw.exe KEYROAMING", "taskhostw.exe"]),
    (3, S32 + "SearchProtocolHost.exe", S32 + "SearchIndexer.exe", ["\"C:\\Windows\\system32\\SearchProtocolHost.exe\" Global\\UsGthrFltPipeMssGthrPipe{n}"]),
    (2, "C:\\Users\\{u}\\AppData\\Local\\Temp\\is-{n}.tmp\\setup.tmp", "C:\\Users\\{u}\\Downloads\\setup.exe", ["setup.tmp /SL5=\"$50A,{n},{n},C:\\Users\\{u}\\Downloads\\setup.exe\""]),
    (2, PF86 + "Google\\Update\\GoogleUpdate.exe", S32 + "svchost.exe", ["\"C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe\" /ua /installsource scheduler"]),
    (2, "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\MpCmdRun.exe", S32 + "svchost.exe", ["MpCmdRun.exe SignatureUpdate -ScheduleJob -RestrictPrivileges"]),
]
FILES = ["C:\\Users\\{u}\\Documents\\Report {n}.docx", "C:\\Users\\{u}\\Downloads\\Invoice_{n}.pdf", "C:\\Users\\{u}\\Downloads\\setup.exe",
         "C:\\Users\\{u}\\AppData\\Local\\Temp\\{g}.tmp", "C:\\Users\\{u}\\AppData\\Local\\Temp\\nsis{n}.tmp\\System.dll", "C:\\Windows\\Temp\\MSI{n}.LOG",
         "C:\\Windows\\Prefetch\\SVCHOST.EXE-{n}.pf", "C:\\ProgramData\\Agent\\state.json", "C:\\Users\\{u}\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\Report {n}.lnk",
         "C:\\Users\\{u}\\AppData\\Roaming\\Microsoft\\Templates\\~$Normal.dotm", "C:\\Windows\\System32\\Tasks\\Vendor\\Updater", "C:\\inetpub\\logs\\LogFiles\\W3SVC1\\u_ex{n}.log",
         "C:\\Users\\{u}\\Downloads\\archive{n}.zip", "C:\\Windows\\SoftwareDistribution\\Download\\{g}\\update.cab", "C:\\build\\out\\app{n}.dll",
         "C:\\Users\\{u}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\Teams.lnk", "C:\\Windows\\System32\\drivers\\vendor.sys", "C:\\scripts\\backup.ps1"]
KEYS = [("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{g}\\DisplayName", "Vendor App"),
        ("HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\OneDrive", "\"C:\\Users\\{u}\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe\" /background"),
        ("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\SecurityHealth", "%windir%\\system32\\SecurityHealthSystray.exe"),
        ("HKLM\\System\\CurrentControlSet\\Services\\AgentSvc\\ImagePath", "\"C:\\Program Files\\Agent\\agent.exe\""),
        ("HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-21-1-2-3-1001\\app", "Binary Data"),
        ("HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Office\\16.0\\Word\\Security\\Trusted Documents\\LastPurgeTime", "DWORD (0x01)"),
        ("HKU\\S-1-5-21-1-2-3-1001\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\.docx\\{n}", "Binary Data"),
        ("HKLM\\SOFTWARE\\Policies\\Google\\Chrome\\HomepageLocation", "https://intranet.contoso.example"),
        ("HKLM\\System\\CurrentControlSet\\Control\\Print\\Printers\\floor{n}\\Status", "DWORD (0x00000000)"),
        ("HKCR\\Vendor.Document\\shell\\open\\command\\(Default)", "\"C:\\Program Files\\Vendor\\app.exe\" \"%1\"")]
DLLS = [S32 + "kernel32.dll", S32 + "ntdll.dll", S32 + "version.dll", S32 + "dbghelp.dll", S32 + "amsi.dll", S32 + "wbem\\wbemprox.dll", S32 + "cryptsp.dll",
        PF + "Vendor\\shellext.dll", PF + "Microsoft Office\\root\\Office16\\mso.dll", S32 + "vaultcli.dll", S32 + "taskschd.dll", S32 + "samlib.dll"]
AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Microsoft-CryptoAPI/10.0",
          "Microsoft BITS/7.8", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1", "python-requests/2.32.3", "curl/8.9.1"]


def windows(count, seed):
    rng = random.Random(seed)

    def fill(text, user):
        text = text.replace("{u}", user).replace("{h}", rng.choice(HOSTS)).replace("{n}", str(rng.randrange(1, 9999)))
        guid = "{%08X-%04X-4%03X-A%03X-%012X}" % tuple(rng.randrange(16**k) for k in (8, 4, 3, 3, 12))
        return text.replace("{g}", guid)

    weights = [p[0] for p in PROCESSES]
    digits = "0123456789ABCDEF"
    for _ in range(count):
        user = rng.choice(USERS)
        event = {"Channel": SYSMON, "Provider_Name": "Microsoft-Windows-Sysmon", "Computer": rng.choice(HOSTS) + ".contoso.example",
                 "User": rng.choice(SERVICE) if rng.random() < 0.3 else "CONTOSO\\" + user}
        kind = rng.choices(["process", "file", "registry", "image", "dns", "network", "proxy"], [40, 18, 18, 10, 8, 6, 6])[0]
        if kind == "process":
            _, image, parent, lines = rng.choices(PROCESSES, weights)[0]
            event |= {"EventID": 1, "Image": fill(image, user), "ParentImage": fill(parent, user), "CommandLine": fill(rng.choice(lines), user),
                      "ParentCommandLine": fill(parent, user), "IntegrityLevel": rng.choice(["Medium", "High", "System"]),
                      "CurrentDirectory": rng.choice(["C:\\Windows\\system32\\", "C:\\Users\\%s\\" % user]),
                      "OriginalFileName": image.rsplit("\\", 1)[-1],
                      "Hashes": "SHA256=" + "".join(rng.choices(digits, k=64)) + ",IMPHASH=" + "".join(rng.choices(digits, k=32))}
        elif kind == "file":
            event |= {"EventID": 11, "Image": fill(rng.choices(PROCESSES, weights)[0][1], user), "TargetFilename": fill(rng.choice(FILES), user)}
        elif kind == "registry":
            key, value = rng.choice(KEYS)
            event |= {"EventID": 13, "EventType": "SetValue", "Image": fill(rng.choices(PROCESSES, weights)[0][1], user),
                      "TargetObject": fill(key, user), "Details": fill(value, user)}
        elif kind == "image":
            event |= {"EventID": 7, "Image": fill(rng.choices(PROCESSES, weights)[0][1], user), "ImageLoaded": rng.choice(DLLS), "Signed": "true",
                      "SignatureStatus": "Valid", "Hashes": "SHA256=" + "".join(rng.choices(digits, k=64))}
        elif kind == "dns":
            event |= {"EventID": 22, "Image": fill(rng.choices(PROCESSES, weights)[0][1], user), "QueryName": rng.choice(DOMAINS), "QueryStatus": "0"}
        elif kind == "network":
            event |= {"EventID": 3, "Image": fill(rng.choices(PROCESSES, weights)[0][1], user), "Initiated": "true", "Protocol": "tcp",
                      "DestinationIp": rng.choice(["10.0.%d.%d", "192.0.2.%d", "198.51.100.%d"]).replace("%d", str(rng.randrange(1, 250))),
                      "DestinationPort": rng.choice([80, 443, 445, 3389, 53, 88, 389]), "DestinationHostname": rng.choice(DOMAINS)}
        else:
            host = rng.choice(DOMAINS)
            event = {"category": "proxy", "cs-host": host, "cs-method": rng.choice(["GET", "GET", "GET", "POST", "CONNECT"]),
                     "c-uri": "https://%s/%s" % (host, rng.choice(["", "index.html", "api/v1/items?page=%d" % rng.randrange(99), "setup.exe", "a.zip"])),
                     "c-useragent": rng.choice(AGENTS), "sc-status": 200}
        yield event


SESSION = r"""
set +e
cd "$WORK"
id; whoami; hostname; uname -a; uptime; df -h; free -m; ps aux | head; ls -la /etc | tail -5; cat /etc/os-release
env | sort | head -3; date; who; last -n 3; ip addr; ss -tlnp; netstat -an | head; getent passwd root; groups
find /var/log -name '*.log' -mtime -7 -exec ls -l {} \;
find . -type f -name '*.tmp' -delete
mkdir -p src/lib backup logs; for i in 1 2 3 4 5; do echo "line $i" > src/file$i.txt; done
tar czf backup/src.tar.gz src; tar tzf backup/src.tar.gz; tar xzf backup/src.tar.gz -C backup; gzip -k src/file1.txt; gunzip -t src/file1.txt.gz
zip -qr backup/src.zip src; unzip -l backup/src.zip; rsync -a src/ backup/mirror/; cp -a src copy; mv copy moved; rm -rf moved; chmod 644 src/*.txt
chmod +x src/file2.txt; chown "$(id -un)" src/file3.txt; ln -s src link; du -sh .; sha256sum src/*; md5sum src/*; diff src/file1.txt src/file2.txt
grep -rn line src | wc -l; awk '{print $2}' src/file1.txt; sed -i 's/line/row/' src/file4.txt; sort src/*.txt | uniq -c | head; cut -d' ' -f1 src/file5.txt; xargs -n1 echo < src/file1.txt
git init -q repo; cd repo; git config user.email a@b.example; git config user.name a; echo x > a; git add a; git commit -qm x; git log --oneline; git status; git branch new; git checkout -q new; git gc -q; cd ..; git clone -q repo clone
python3 -c 'print(1)'; python3 -m venv venv; venv/bin/pip --version; python3 -m json.tool < /dev/null; python3 -m http.server --help
printf 'all:\n\techo ok > out\n\tcat out\n' > Makefile; make; printf 'int main(void){return 0;}' > m.c; cc -o m m.c; ./m
perl -e 'print 1'; bash -c 'echo nested; ls'; sh -c 'test -f m && echo yes'; openssl rand -hex 8; openssl version; openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 1 -subj /CN=x; openssl x509 -in c.pem -noout -dates
ssh-keygen -q -t ed25519 -N '' -f key; ssh -V; curl --version; curl -s http://127.0.0.1:9/ ; wget --version | head -1; curl -s -o page.html http://127.0.0.1:9/page
dpkg -l | head; dpkg -L bash | head -3; apt-cache policy bash; apt list --installed 2>/dev/null | head -3; apt-get check; ldconfig -p | head -2
crontab -l; systemctl status; systemctl list-units; service --status-all; journalctl -n 5; dmesg | tail -2; logger test; mount | head -3; lsblk; sysctl kernel.hostname; ulimit -n
touch logs/a.log; tail -n 3 logs/a.log; truncate -s 0 logs/a.log; logrotate --version; kill -0 $$; nice -n 5 true; timeout 1 sleep 0.1; time true; nohup true; stat src; file m; strings m | head -2; base64 src/file1.txt | base64 -d; hexdump -C src/file1.txt | head -2; xxd src/file1.txt | head -1; tee logs/b.log < src/file1.txt; seq 3; watch --version; lsof -p $$ | head -2; useradd --help | head -1; passwd --help | head -1; visudo --help | head -1; iptables -L -n; ip route; arp -a; ping -c1 127.0.0.1; nslookup localhost; dig localhost; traceroute --help; docker ps; kubectl version --client; sqlite3 --version; node --version; npm --version; cargo --version; rustc --version
"""


# Projects that are built and tested, archives and backups of many files, jobs as cron runs them.
BUILD = r"""
set +e
cd "$WORK"; mkdir -p project/src project/tests data jobs; cd project
for i in $(seq 1 60); do printf 'int part%d(int x){return x*%d;}\n' "$i" "$i" > "src/part$i.c"; printf '#include <assert.h>\nint part%d(int);int main(void){assert(part%d(1)==%d);return 0;}\n' "$i" "$i" "$i" > "tests/test$i.c"; done
cat > Makefile <<'END'
SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:.c=.o)
TESTS := $(patsubst tests/%.c,bin/%,$(wildcard tests/*.c))
all: libparts.a libparts.so $(TESTS)
%.o: %.c
	cc -O2 -Wall -fPIC -c -o $@ $<
libparts.a: $(OBJECTS)
	ar rcs $@ $^
	ranlib $@
libparts.so: $(OBJECTS)
	cc -shared -o $@ $^
	strip --strip-unneeded $@
bin/%: tests/%.c libparts.a
	@mkdir -p bin
	cc -O1 -g -o $@ $< -L. -l:libparts.a
check: all
	@for t in bin/*; do $$t && echo "ok $$t"; done
install: all
	install -d $(DESTDIR)/usr/lib $(DESTDIR)/usr/bin
	install -m 644 libparts.a libparts.so $(DESTDIR)/usr/lib
	for t in bin/*; do install -m 755 $$t $(DESTDIR)/usr/bin; done
clean:
	rm -rf bin src/*.o libparts.a libparts.so
.PHONY: all check install clean
END
make -j2; make check; make install DESTDIR="$WORK/root"; git init -q .; git add -A; git commit -qm first; git tag v1; git archive --format=tar.gz -o ../project.tar.gz v1; git gc -q; git diff --stat HEAD; make clean; make; nm libparts.a | head -3; objdump -d bin/test1 | head -3; ldd bin/test1; readelf -h bin/test1; size bin/test2
mkdir -p pkg/DEBIAN; printf 'Package: parts\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\nDescription: x\n' > pkg/DEBIAN/control; cp -r "$WORK/root/usr" pkg/; dpkg-deb --build pkg parts.deb; dpkg-deb -I parts.deb; dpkg-deb -c parts.deb; dpkg-deb -x parts.deb out; ar t parts.deb
cd "$WORK/data"; for i in $(seq 1 80); do echo "$i,$((i*i))" > "table$i.csv"; done
for f in *.csv; do gzip -k "$f"; sha256sum "$f" > "$f.sha256"; done; sha256sum -c *.sha256; find . -name '*.gz' -exec gunzip -t {} \; ; find . -name '*.csv' -exec wc -l {} \; ; find . -name '*.csv' -print0 | xargs -0 -n1 -P2 head -1; ls | while read -r f; do stat -c %s "$f"; done
tar cf ../data.tar .; xz -k ../data.tar; bzip2 -k ../data.tar; zstd -q ../data.tar; tar tf ../data.tar.xz; tar xzf ../project.tar.gz -C "$WORK/jobs"; rsync -a --delete "$WORK/data/" "$WORK/mirror/"; cp -al "$WORK/mirror" "$WORK/mirror.1"; split -b 2k ../data.tar part.; cat part.* > whole; cmp whole ../data.tar; openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in whole -out whole.enc; openssl dgst -sha256 whole.enc; base64 whole > whole.b64; base64 -d whole.b64 > whole.2
for i in $(seq 1 12); do printf '#!/bin/sh\ndate >> log%s\nfind "%s" -name "*.gz" -mtime +1 -print\ndf -h / | tail -1 >> log%s\ntest -d "%s" && du -s "%s" >> log%s\ntail -n 100 log%s > log%s.new && mv log%s.new log%s\n' "$i" "$WORK" "$i" "$WORK" "$WORK" "$i" "$i" "$i" "$i" "$i" > "$WORK/jobs/job$i"; chmod 755 "$WORK/jobs/job$i"; done
cd "$WORK/jobs"; for round in 1 2 3 4 5; do run-parts "$WORK/jobs"; done; run-parts --test /etc/cron.daily; run-parts --list /etc
python3 -m venv env; env/bin/python -m pip list; env/bin/python -m pip download --no-deps --no-index x; env/bin/python -m compileall -q env/lib | head -1; env/bin/python -m unittest discover -s .; env/bin/python -c 'import subprocess
for n in range(40): subprocess.run(["date", "-d", "@%d" % (n * 86400)]); subprocess.run(["getent", "hosts", "localhost"])'
cargo --version; rustc --version; node --version; npm --version; npm init -y; go version; java -version; cmake --version; gcc -dumpversion; pkg-config --list-all | head -3; perl -MPOSIX -e 'print POSIX::ctime(0)'; awk 'BEGIN{while(i++<20)system("echo "i)}'; seq 1 40 | xargs -n1 printf '%05d\n'; seq 1 30 | xargs -n1 expr 1 +; for i in $(seq 1 40); do sleep 0; basename "/a/b/$i"; dirname "/a/b/$i"; done
"""

# What a system's own tools do. Changes the machine.
PACKAGES = r"""
set +e
export DEBIAN_FRONTEND=noninteractive
cd "$WORK"
apt-get update -qq; apt-cache search htop | head -3; apt-cache show tree | head -3; apt-cache depends less
apt-get install -y -qq --reinstall --no-install-recommends cron openssh-server logrotate tree less nano lsof psmisc jq ncdu
dpkg -s openssh-server; dpkg -V tree; dpkg --verify less; dpkg-query -W -f '${Package} ${Version}\n' | head -5; apt-mark showmanual | head -3; apt-get -s upgrade; update-alternatives --list editor; update-ca-certificates --fresh; ldconfig; mandb -q; locale -a; dpkg-reconfigure -f noninteractive tzdata
ssh-keygen -q -t ed25519 -N '' -f id; ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -lf id.pub; cp id.pub authorized; chmod 600 authorized host; mkdir -p /run/sshd
printf 'Port 22522\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nPidFile %s/sshd.pid\nUsePAM no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n' "$WORK" "$WORK" "$WORK" > sshd_config
/usr/sbin/sshd -f "$WORK/sshd_config"; sleep 1
S="-q -i id -p 22522 -o StrictHostKeyChecking=no -o UserKnownHostsFile=known"
for c in id uptime 'df -h' 'ls -la /var/log' 'tail -n 5 /etc/passwd' 'ps aux | head -3' 'free -m' 'cat /proc/loadavg' 'systemctl status' 'journalctl -n 3' 'last -n 2' 'ss -tln' 'find /etc -name "*.conf" | head -3' 'sudo -n true' 'hostname -f'; do ssh $S root@127.0.0.1 "$c"; done
scp -q -i id -P 22522 -o StrictHostKeyChecking=no -o UserKnownHostsFile=known id.pub root@127.0.0.1:"$WORK/copied"; rsync -a -e "ssh $S" id.pub root@127.0.0.1:"$WORK/synced"; tar cf - id.pub | ssh $S root@127.0.0.1 "tar tf -"; kill "$(cat sshd.pid)"
logrotate -d /etc/logrotate.conf; for j in /etc/cron.daily/*; do case $j in */apt-compat) ;; *) "$j";; esac; done; printf '7 3 * * * root true\n' > crontab; crontab -T crontab; crontab -l
useradd -m -s /bin/bash colleague; usermod -aG users colleague; id colleague; passwd -S colleague; chage -l colleague; su - colleague -c 'id; pwd; ls -la'; getent group users; groupadd project; gpasswd -a colleague project; userdel -r colleague; groupdel project
apt-get remove -y -qq ncdu tree; apt-get autoremove -y -qq; apt-get clean; dpkg --audit; apt-get check
"""


def linux(packages):
    if not shutil.which("strace"):
        sys.exit("strace is needed")
    sessions = [SESSION, BUILD] + ([PACKAGES] if packages else [])
    for text in sessions:
        yield from session(text)


def session(text):
    with tempfile.TemporaryDirectory() as work, tempfile.NamedTemporaryFile("r", errors="replace") as log, tempfile.NamedTemporaryFile("w") as session:
        session.write(text)
        session.flush()
        command = ["strace", "-f", "-qq", "-e", "trace=execve,clone,clone3,fork,vfork", "-s", "4096", "-o", log.name, "bash", session.name]
        try:
            subprocess.run(command, env={"WORK": work, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": work},
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=900, check=False)
        except subprocess.TimeoutExpired:
            print("a session was cut off", file=sys.stderr)
        yield from started(log.readlines())


def started(lines):
    """An event for each program that started, with the program that started it."""
    forked = re.compile(r"^(\d+) +(?:<\.\.\. )?(?:clone3?|v?fork)\b.* = (\d+)$")
    ran = re.compile(r'^(\d+) +execve\("((?:[^"\\]|\\.)*)", \[(.*?)\](?:, 0x| <unfinished|, \[)')
    parents = {}
    for line in lines:
        found = forked.match(line)
        if found:
            # The first process that made it: numbers may come again much later.
            parents.setdefault(found[2], found[1])
    images = {}
    for line in lines:
        found = ran.match(line)
        if not found or " = -1 " in line:
            continue
        pid, image = found[1], found[2]
        # A fork that has not started a program yet is still its parent's program.
        parent = parents.get(pid)
        while parent and parent not in images:
            parent = parents.get(parent)
        words = [w.encode("latin-1", "replace").decode("unicode_escape") for w in re.findall(r'"((?:[^"\\]|\\.)*)"', found[3])]
        yield {"category": "process_creation", "product": "linux", "Image": image, "CommandLine": " ".join(words), "User": "root",
               "ParentImage": images.get(parent, "/usr/bin/bash")}
        images[pid] = image


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["windows", "linux"])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--packages", action="store_true")
    arguments = parser.parse_args()
    chosen = windows(arguments.events, arguments.seed) if arguments.kind == "windows" else linux(arguments.packages)
    for event in chosen:
        print(json.dumps(event))


if __name__ == "__main__":
    main()
