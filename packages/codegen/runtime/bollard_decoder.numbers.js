function bollardDecode(t,n,r){var e,o,a,l,i=0,s=[];function f(t,n){var r=new Error(t+" at byte "+n)
;throw r.code=t,r}function u(t){return t>=n.length&&f("PAYLOAD_TRUNCATED",n.length),n[t]}function A(t){
for(var n=0;t>0;t--,i++)n=2*n+(u(i>>3)>>7-(7&i)&1);return n}function h(t){for(var n=0;t>=1;t/=2)n++;return n}
function v(t,n,r){return t>n&&f("PAYLOAD_STEP_ABOVE_RANGE",r),t}var _=u(0),D=_>>6;e=_>>4&3,o=!!(8&_),
2===D&&f("PAYLOAD_PROTECTED",0),
3===D&&f("PAYLOAD_RESERVED_FORM",0),(1&_||o&&0===e)&&f("PAYLOAD_RESERVED_BIT",0);var M,c=1,O=0,E=1
;if(4&_&&((O=u(c))>127&&((O=256*(O-128)+u(c+1))<128&&f("PAYLOAD_BAD_SCHEMA_ID",c+1),c++),
0===O&&f("PAYLOAD_BAD_SCHEMA_ID",c),c++),2&_){for(u(c+5),M={boot:n[c]+256*n[c+1],sequence:0},
l=5;l>1;l--)M.sequence=256*M.sequence+n[c+l];c+=6}0!==O&&O!==t.id&&f("PAYLOAD_WRONG_SCHEMA",1),
1===D&&(0===(E=u(c))&&f("PAYLOAD_BAD_ROW_COUNT",c),c++),i=8*c
;var L,p=t.fields,P=[],m=[],Y=[],d=[],g=0,R=0,T=0,w=null!=t.interval,I=0,b=!1
;for(l=0;l<p.length;l++)p[l].optional&&I++,p[l].slots[0].steps||(b=!0),m[l]=[],Y[l]=[],d[l]=[];function N(t){
return"text"===t.kind||"bytes"===t.kind}function S(){for(var t=0;t<p.length;t++)P[t]=p[t].optional?A(1):1}
function B(){g=function(){if(0===e)return 0;var t=i>>3,n=A(2===e?16:32);if(2===e){
"number"==typeof r&&isFinite(r)||f("PAYLOAD_NO_ARRIVAL",t);var a=Math.floor(r),l=((n-a)%65536+65536)%65536
;n=(a+(l>32767?l-65536:l))%4294967296}if(!o)return n;t=i>>3;var s=A(10)
;return s>999&&f("PAYLOAD_BAD_MILLISECONDS",t),1e3*n+s}(),S()
;for(var n=0;n<p.length;n++)for(var a=0;a<p[n].slots.length;a++){var l=p[n].slots[a],s=i>>3,u=0
;P[n]&&(u=v(A(h(l.last)),l.last,s)),m[n][a]=u,l.steps&&(Y[n][a]=null==l.increment?u:l.increment,
d[n][a]=l.mean)}R=0|Math.round((t.interval||0)*(o?1e3:1)),L=!w}function C(t){return h(Math.floor((t+6)/32))}
function k(t,n){for(var r=i>>3,e=0;e<16&&A(1);)e++
;return v(e<4?e*Math.pow(2,t)+A(t):e<16?Math.pow(2,e-4+t)+A(e-4+t)+3*Math.pow(2,t):A(h(n)),n,r)}
function y(t,n,r){return t-Math.floor(t/Math.pow(2,r))+Math.min(n,4095)*Math.pow(2,4-r)}function G(t){
var n,r,a=t<5?1:2,l=1===t&&!w,s=0!==e&&T<4&&!l,u=[],_=I>0||b||s
;for(n=0;n<p.length;n++)for(r=0;r<p[n].slots.length;r++){var D="array"===p[n].kind
;!p[n].slots[r].steps||D&&r>0||(u[n]=u[n]||[],u[n][r]=d[n][r]<4,_=_||u[n][r])}var M=_&&0===A(1)
;!M&&I>0&&A(1)&&S(),0!==e&&function(t,n,r){
var e=i>>3,a=n?o?11:6:C(T),l=t?0:k(a,4294967295),s=l%2?-(l+1)/2:l/2,u=R+s|0;g+=u,
o?(g<0||g>=4294967296e3)&&f("PAYLOAD_TIME_OUT_OF_RANGE",e):g=(g%4294967296+4294967296)%4294967296,
n||(T=y(T,l,r)),0!==s&&L&&(R=u),L=0!==s}(M&&s,l,a);var c=0;for(n=0;n<p.length;n++){
var O=p[n],E=O.slots[0].steps;if(P[n])for(r=0;r<O.slots.length;r++){var Y=O.slots[r],B="array"===O.kind?0:r
;if(E)c=V(n,r,B,Y,M&&u[n][B],c,a);else if(!M&&A(1)){var G=i>>3
;1!==Y.last||N(O)?m[n][r]=v(A(h(Y.last)),Y.last,G):m[n][r]=1-m[n][r]}}else E&&(c=0)}}
function V(t,n,r,e,o,a,l){var i=Y[t][n],s=i,f=e.last;if(e.follows&&a){
var u=Math.floor(Math.abs(a)/Math.pow(2,e.shift));s=Math.min(f,Math.max(0,s+(a>0==e.follows>0?u:-u)))}
var A=o?0:k(C(d[t][r]),f),h=function(t,n,r){var e=Math.min(n,r-n)
;return t>2*e?n<r-n?n+t-e:n-t+e:t%2?n-(t+1)/2:n+t/2}(A,s,f),v=h-i,_=Math.floor(Math.abs(v)/2)*(v<0?-1:1)
;return d[t][r]=y(d[t][r],A,l),Y[t][n]=Math.min(f,Math.max(0,h+(e.trend||0)*_)),
m[t][n]=null==e.increment?h:(m[t][n]+h)%(f+1),v}function q(t){var n,r=p[t],e=r.slots,o=[];if(!P[t])return null
;for(n=0;n<e.length;n++){var a=e[n].steps;o.push(a?(a[0]+m[t][n]*a[1])/a[2]:m[t][n])}
return"boolean"===r.kind?1===o[0]:o[0]}for(l=0;l<E;l++){0===l?B():G(l);var x={values:{}}
;for(0!==e&&(x.time=o?g/1e3:g),a=0;a<p.length;a++)x.values[p[a].name]=q(a);s.push(x)}
7&i&&0!==A(8-(7&i))&&f("PAYLOAD_BAD_PADDING",(i>>3)-1),i>>3<n.length&&f("PAYLOAD_TRAILING_BYTES",i>>3);var F={
timeMode:["none","absolute","16","uptime"][e],readings:s};return M&&(F.key=M),F}
