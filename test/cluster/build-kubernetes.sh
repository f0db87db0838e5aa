#!/usr/bin/env bash
# Builds kube-apiserver and kube-controller-manager 1.20.2, the oldest version that Mesitis supports, from Debian's
# source package and puts them with Debian's etcd into a cache folder, whose path is all that goes to stdout. Needs
# Debian 12, root and Debian's mirror; takes about 8 minutes on 2 cores and 2 GB of disk, most of it only meanwhile.
# When the folder is complete nothing is done; an interrupted build goes on where it was.
set -euo pipefail

readonly version=1.20.2
readonly folder=${XDG_CACHE_HOME:-$HOME/.cache}/mesitis/kubernetes-$version
readonly work=$folder/work

log() { echo "build-kubernetes: $*" >&2; }

complete() {
  local binary
  for binary in etcd kube-apiserver kube-controller-manager; do
    [[ -x $folder/$binary ]] || return 1
  done
}

require_debian_root() {
  local id='' release=''
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    release=$(. /etc/os-release && echo "${VERSION_ID:-}")
  fi
  [[ $id == debian && $release == 12 && $(id -u) == 0 ]] && return
  cat >&2 <<MESSAGE
No Kubernetes binaries are at hand, and they can be built only as root on Debian 12. Set KUBEBUILDER_ASSETS to a folder
with etcd, kube-apiserver and kube-controller-manager of one Kubernetes version, 1.20 or later: "setup-envtest use -p
path" (sigs.k8s.io/controller-runtime/tools/setup-envtest) fetches the first two, and
https://dl.k8s.io/v<VERSION>/bin/<OS>/<ARCH>/kube-controller-manager is the third. Or use a cluster that runs already:
KUBECONFIG and the cluster kind "current".
MESSAGE
  exit 1
}

install_packages() {
  log "installing Go, etcd and what the build calls"
  # reflect2: see unpack_source. The rest are called by Kubernetes' own makefile.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
    ca-certificates dpkg-dev etcd-server golang-github-modern-go-reflect2-dev golang-go jq make rsync >&2
}

unpack_source() {
  [[ -d $work/source ]] && return
  log "fetching and unpacking the source package"
  # apt with lists of its own, so that the machine's sources stay as they are. The Release file's signature is checked
  # by apt as usual and vouches for the package; the maintainer's signature inside would need one more keyring.
  local state=$work/apt mirror
  # The mirror that the machine has its packages from has their sources too.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main')
  [[ -n $mirror ]] || { log "apt has no Debian mirror: add one with the suite bookworm and the component main"; return 1; }
  mkdir -p "$state/lists/partial"
  echo "deb-src ${mirror%%$'\n'*} bookworm main" >"$state/sources.list"
  local -a apt=(apt-get -qq -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$state/lists" -o APT::Sandbox::User=root)
  (
    cd "$state"
    "${apt[@]}" update >&2
    "${apt[@]}" source --download-only kubernetes >&2
    rm -rf "$work/unpacking"
    dpkg-source --no-check -x kubernetes_*.dsc "$work/unpacking" >&2
  )
  local vendor=$work/unpacking/vendor
  # The vendored reflect2 1.0.1 looks into the runtime in a way that crashes since Go 1.18; 1.0.2 doesn't.
  rm -rf "$vendor/github.com/modern-go/reflect2"
  cp -r /usr/share/gocode/src/github.com/modern-go/reflect2 "$vendor/github.com/modern-go/reflect2"
  rm -f "$vendor"/github.com/modern-go/reflect2/*_test.go
  # Since Go 1.18 this comparison holds for an empty string too, which a custom resource's schema would then refuse as
  # null. Upstream dropped the second half for the same reason.
  sed -i 's/data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data))/data == nil/' \
    "$vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go"
  # Renamed last: a folder of this name is a whole one.
  mv "$work/unpacking" "$work/source"
}

compile() {
  # The tree has no modules; it is built as a GOPATH workspace, and its makefile must be told that Go is new enough.
  export GO111MODULE=off GOFLAGS='' GOPATH=$work/go GOCACHE=$work/go-cache CGO_ENABLED=0 FORCE_HOST_GO=y
  mkdir -p "$GOPATH/src/k8s.io" "$work/bin"
  ln -sfn "$work/source" "$GOPATH/src/k8s.io/kubernetes"
  cd "$GOPATH/src/k8s.io/kubernetes"
  if [[ ! -s pkg/generated/openapi/zz_generated.openapi.go ]]; then
    log "generating code"
    make generated_files >"$work/generate.log" 2>&1 || { tail -n 20 "$work/generate.log" >&2; return 1; }
  fi
  local vendored=k8s.io/kubernetes/vendor/k8s.io binary
  # What a release build stamps in; discovery, `kubectl version` and the flags we choose read it.
  local stamp="-X $vendored/component-base/version.gitVersion=v$version -X $vendored/component-base/version.gitMajor=1"
  stamp+=" -X $vendored/component-base/version.gitMinor=20 -X $vendored/client-go/pkg/version.gitVersion=v$version"
  for binary in kube-apiserver kube-controller-manager; do
    [[ -x $folder/$binary ]] && continue
    log "compiling $binary"
    go build -ldflags "-s -w $stamp" -o "$work/bin/$binary" "./cmd/$binary"
    mv "$work/bin/$binary" "$folder/$binary"
  done
}

if complete; then
  echo "$folder"
  exit
fi
require_debian_root
mkdir -p "$folder"
# One build at a time: a second one waits here and then finds everything done.
exec 9>"$folder/lock"
flock --nonblock 9 || { log "waiting for another build"; flock 9; }
if ! complete; then
  log "building Kubernetes $version once, about 8 minutes; it is kept in $folder"
  mkdir -p "$work"
  install_packages
  unpack_source
  (compile)
  # A copy, not a link: the cache stays whole when the package is removed.
  install -m 755 "$(command -v etcd)" "$folder/etcd"
  cd /
  # Go makes nothing read-only here, there being no module cache.
  rm -rf "$work"
fi
echo "$folder"
